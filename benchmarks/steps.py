# steps.py  The work that bench.py counts: one workload on one loop, in the firmware.
#
#   micropython steps.py LOOP WORKLOAD N [PORT | paid]
#
# LOOP: ours, stock (MicroPython's asyncio), v2 (uasyncio V2) or bound: no loop can be cheaper. The bound is a loop in C that
# resumes the same coroutines; what they call and await are natives that do nothing (ports/bound.c; for the first five workloads
# ports/bench.c). N: tasks. PORT: for the sockets. paid: with collections, in longer windows, and a board does not leave out the
# allocator's work.
#
# A workload function starts what stands beside and returns (drive, steps): `await drive(rounds)` does so many rounds
# of `steps` steps; a drive that counts its own steps leaves the number in `counted`. The figure is what two windows of equal work cost more
# than one, so that all else cancels: start, end, measuring. Everything is in its steady state by then, and nothing waits
# for real time.
#
# Prints: steps, bytes of heap handed out in them, instructions (a board's counter; on unix callgrind knows).

import bench
import gc
import sys
import time
from silent import silent

SPREAD = 37  # prime to every N
FAR = 100_000_000  # ms
ON_A_BOARD = sys.platform != "linux"


# Where RAM is short the tasks are made one by one.
def both(some, others):
    yield from some
    yield from others


# -- every task is ready


async def yielder():
    while True:
        yield


async def spinner(sleep_ms):
    while True:
        await sleep_ms(0)


# Its first step is a long one.
async def slow_spinner(sleep_ms):
    time.sleep_ms(1)
    while True:
        await sleep_ms(0)


def bare_yield(aio, n):
    async def drive(rounds):
        for _ in range(rounds // 8):
            # So many that the loop around them does not matter.
            yield
            yield
            yield
            yield
            yield
            yield
            yield
            yield
        for _ in range(rounds % 8):
            yield

    return (yielder() for _ in range(n - 1)), drive, n


def spin(aio, sleep_ms, n, other=spinner):
    async def drive(rounds):
        if other is slow_spinner:
            time.sleep_ms(1)
        for _ in range(rounds // 8):
            await sleep_ms(0)
            await sleep_ms(0)
            await sleep_ms(0)
            await sleep_ms(0)
            await sleep_ms(0)
            await sleep_ms(0)
            await sleep_ms(0)
            await sleep_ms(0)
        for _ in range(rounds % 8):
            await sleep_ms(0)

    return (other(sleep_ms) for _ in range(n - 1)), drive, n


def sleep_ms_0(aio, n):
    return spin(aio, aio.sleep_ms, n)


# The same while something is seen (docs/inside.md). A step that is longer than all of its task's before is looked into. So
# that it does not hang on the clock how many are, the first step of each task is the longest.
def stats_on(aio, n):
    aio.get_event_loop().stats(True)
    return spin(aio, aio.sleep_ms, n, slow_spinner)


def trace_on(aio, n):
    aio.get_event_loop().trace(64)
    return sleep_ms_0(aio, n)


def after_ms_0(aio, n):
    return spin(aio, aio.after_ms, n)


# -- timers. A step takes 1 ms. Each task sleeps 0.6 N to 1.2 N ms, so that nearly all of them sleep, their deadlines are
# spread, and one is always due: the loop is never idle.


async def timer(sleep_ms, ms):
    skip = bench.skip
    while True:
        skip()
        await sleep_ms(ms)


def timers(aio, n):
    async def drive(rounds):
        before = bench.skipped()
        await aio.sleep_ms(rounds * n)
        counted.append(bench.skipped() - before)

    sleeps = (n * (60 + i * SPREAD % n * 60 // n) // 100 for i in range(n))
    return (timer(aio.sleep_ms, ms) for ms in sleeps), drive, None


# -- conditions that are false, beside N tasks that are ready


def no():
    return False


def yes():
    return True


async def condition(aio, ask):
    while True:
        await aio.when(ask)


async def polled(aio, ask):
    sleep_ms = aio.sleep_ms
    while not ask():
        await sleep_ms(0)


def when_false(aio, n, conditions, ask=no):
    wait = condition if hasattr(aio, "when") else polled
    others, drive, steps = spin(aio, aio.sleep_ms, n)
    return both((wait(aio, ask) for _ in range(conditions)), others), drive, steps


def when_1_false(aio, n):
    return when_false(aio, n, 1)


def when_4_false(aio, n):
    return when_false(aio, n, 4)


def when_1_native(aio, n):
    return when_false(aio, n, 1, aio.Event().is_set)


def when_4_native(aio, n):
    return when_false(aio, n, 4, aio.Event().is_set)


# -- registered and never ready, beside N tasks that are ready


def idle_stream(aio, n):
    others, drive, steps = spin(aio, aio.sleep_ms, n)
    return both((reader(aio, silent()),), others), drive, steps


async def reader(aio, stream):
    await aio.StreamReader(stream).read(1)


def idle_flag(aio, n):
    async def waiter(flag):
        await flag.wait()

    others, drive, steps = spin(aio, aio.sleep_ms, n)
    return both((waiter(aio.ThreadSafeFlag()),), others), drive, steps


# -- few tasks do something, beside N that sleep


async def sleeper(aio, ms):
    await aio.sleep_ms(ms)


def sleepers(aio, n):
    return (sleeper(aio, FAR + i * SPREAD % n * 1000) for i in range(n))


def collect(aio, n):
    async def drive(rounds):
        for _ in range(rounds):
            gc.collect()

    return sleepers(aio, n), drive, 1


def when_true(aio, n, conditions):
    async def drive(rounds):
        when = aio.when
        for _ in range(rounds):
            await when(yes)

    others = (condition(aio, yes) for _ in range(conditions - 1))
    return both(others, sleepers(aio, n)), drive, conditions


def when_1_true(aio, n):
    return when_true(aio, n, 1)


def when_4_true(aio, n):
    return when_true(aio, n, 4)


def event(aio, n):
    ping, pong = aio.Event(), aio.Event()

    async def answer():
        while True:
            await ping.wait()
            ping.clear()
            pong.set()

    async def drive(rounds):
        for _ in range(rounds):
            ping.set()
            await pong.wait()
            pong.clear()

    return both((answer(),), sleepers(aio, n)), drive, 2


def event_set(aio, n):
    it = aio.Event()
    it.set()

    async def drive(rounds):
        wait = it.wait
        for _ in range(rounds):
            await wait()

    return sleepers(aio, n), drive, 1


# The same with a time limit that is not reached.


def wait_for(aio, n):
    it = aio.Event()
    it.set()

    async def drive(rounds):
        wait, wait_for_ms = it.wait, aio.wait_for_ms
        for _ in range(rounds):
            await wait_for_ms(wait(), 1000)

    return sleepers(aio, n), drive, 1


def wait_for_woken(aio, n):
    ping, pong = aio.Event(), aio.Event()

    async def answer():
        while True:
            await ping.wait()
            ping.clear()
            pong.set()

    async def drive(rounds):
        wait_for_ms = aio.wait_for_ms
        for _ in range(rounds):
            ping.set()
            await wait_for_ms(pong.wait(), 1000)
            pong.clear()

    return both((answer(),), sleepers(aio, n)), drive, 1


def timeout(aio, n):
    it = aio.Event()
    it.set()

    async def drive(rounds):
        wait, timeout_ms = it.wait, aio.timeout_ms
        for _ in range(rounds):
            async with timeout_ms(1000):
                await wait()

    return sleepers(aio, n), drive, 1


class EventQueue:
    # What programs for stock asyncio bring along: a queue on its Event.
    def __init__(self, aio, size):
        self.items = []
        self.size = size
        self.put_in = aio.Event()
        self.taken = aio.Event()

    async def put(self, item):
        while len(self.items) >= self.size:
            self.taken.clear()
            await self.taken.wait()
        self.items.append(item)
        self.put_in.set()

    async def get(self):
        while not self.items:
            self.put_in.clear()
            await self.put_in.wait()
        self.taken.set()
        return self.items.pop(0)


def queue(aio, n):
    q = aio.Queue(4) if hasattr(aio, "Queue") else EventQueue(aio, 4)

    async def produce():
        while True:
            await q.put(1)

    async def drive(rounds):
        for _ in range(rounds):
            await q.get()

    return both((produce(),), sleepers(aio, n)), drive, 1


def lock(aio, n):
    if hasattr(aio, "Lock"):
        it = aio.Lock()
    else:
        from uasyncio_v2.synchro import Lock

        it = Lock()

    async def other():
        while True:
            await it.acquire()
            it.release()

    async def drive(rounds):
        # Each waits for it when the other lets it go. It is ours before and behind this.
        if not held:
            held.append(1)
            await it.acquire()
            aio.get_event_loop().create_task(other())
            await aio.sleep_ms(0)
        for _ in range(rounds):
            it.release()
            await it.acquire()

    held = []
    return sleepers(aio, n), drive, 2


async def nothing():
    pass


def join(aio, n):
    async def drive(rounds):
        for _ in range(rounds):
            await aio.create_task(nothing())

    return sleepers(aio, n), drive, 1


def gather(aio, n):
    async def drive(rounds):
        for _ in range(rounds):
            await aio.gather(nothing(), nothing(), nothing())

    return sleepers(aio, n), drive, 1


def taskgroup(aio, n):
    async def drive(rounds):
        for _ in range(rounds):
            async with aio.TaskGroup() as group:
                group.create_task(nothing())
                group.create_task(nothing())
                group.create_task(nothing())

    return sleepers(aio, n), drive, 1


def cancel(aio, n):
    async def stubborn():
        while True:
            try:
                await aio.sleep_ms(FAR)
            except aio.CancelledError:
                pass

    async def drive(rounds):
        if not victim:
            victim.append(aio.create_task(stubborn()))
            await aio.sleep_ms(0)
        task = victim[0]
        for _ in range(rounds):
            task.cancel()
            await aio.sleep_ms(0)

    victim = []
    return sleepers(aio, n), drive, 1


def connected(port):
    # The two ends of a connection.
    import socket

    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    address = socket.getaddrinfo("127.0.0.1", port)[0][-1]
    server.bind(address)
    server.listen(1)
    client = socket.socket()
    client.connect(address)
    return client, server.accept()[0]


def lines(aio, n):
    return echo(aio, n, True)


def echo(aio, n, by_line=False):
    async def serve(reader, writer):
        while True:
            data = await (reader.readline() if by_line else reader.readexactly(32))
            if v2:
                await writer.awrite(data)
            else:
                writer.write(data)
                await writer.drain()

    async def drive(rounds):
        if not client:
            if aio.__name__ == "bound":
                ends = [aio.Stream(end) for end in connected(port)]
                client.extend((ends[0], ends[0]))
                aio.create_task(serve(ends[1], ends[1]))
                await aio.sleep_ms(0)
            else:
                server = aio.start_server(serve, "127.0.0.1", port)
                if v2:
                    aio.get_event_loop().create_task(server)
                else:
                    client.append(await server)
                await aio.sleep_ms(0)
                client.extend(await aio.open_connection("127.0.0.1", port))
        reader, writer = client[-2:]
        for _ in range(rounds):
            if v2:
                await writer.awrite(message)
            else:
                writer.write(message)
                await writer.drain()
            await (reader.readline() if by_line else reader.readexactly(32))

    v2 = aio.__name__ == "uasyncio_v2"
    port = int(sys.argv[4])
    message = b"\0" * 31 + b"\n"
    client = []
    return sleepers(aio, n), drive, 1


# -- the windows

mark = getattr(__import__("pyb"), "counts", bench.mark)
counted = []
PAID = 1600  # rounds, or a multiple of less
ROUND_OF_FEW = (
    "when_1_true when_4_true event event_set wait_for wait_for_woken timeout "
    "queue lock join gather taskgroup cancel echo lines"
).split()


# The first bound: those that need no more than that.
RESUMED = "bare_yield sleep_ms_0 count_yield count_sleep_ms_0 timers".split()


def bound(guarded, coros, drive, steps):
    # No task goes on by itself there: all are resumed from outside, the driving one like the others.
    coros = list(coros)
    if steps:
        coros.append(drive(1_000_000_000))

    def run(rounds):
        bench.resume(coros, rounds, guarded)
        return rounds * len(coros)

    return run


def pick(name, n):
    if name == "v2":
        sys.path.append("build/v2/board" if ON_A_BOARD else "build/v2")
        aio = __import__("uasyncio_v2")
        return aio, aio.get_event_loop(n + 16, n + 16)
    modules = {"ours": "asyncio_priority", "stock": "stock_asyncio", "bound": "bound"}
    aio = __import__(modules[name])
    lengths = {"hpqlen": 8} if name == "ours" else {}
    return aio, aio.get_event_loop(**lengths)


def main():
    loop, name, n = sys.argv[1:4]
    n = int(n)
    if name.startswith("count_"):
        import steps_count  # apart: a board's heap is full with the 1000 tasks of others

        workload = getattr(steps_count, name)
    else:
        workload = globals()[name]
    paid = sys.argv[4:] == ["paid"]
    gc.collect()  # a board's heap has no room for what reading this left behind
    if not paid:
        gc.disable()
    if loop == "bound" and name in RESUMED:
        run = bound(name.startswith("count_"), *workload(bench, n))
    else:
        aio, events = pick(loop, n)
        coros, drive, each = workload(aio, n)
        for coro in coros:
            events.create_task(coro)
        coros = coro = None

        def run(rounds):
            events.run_until_complete(drive(rounds))
            return counted.pop() if counted else rounds * each

    # A window has at least 200 steps, or fewer where they may allocate.
    rounds = (16 if ON_A_BOARD else 50) if name in ROUND_OF_FEW else -(-200 // n)
    if name == "collect":
        rounds = 1
    if paid:
        rounds = PAID if rounds > 2 else PAID // 50
    laps = [None] * 3
    run(rounds)
    gc.collect()
    laps[0] = (0, bench.allocated(), bench.allocating(), mark())
    steps = run(rounds)
    laps[1] = (steps, bench.allocated(), bench.allocating(), mark())
    steps = run(2 * rounds)
    laps[2] = (steps, bench.allocated(), bench.allocating(), mark())
    (_, a0, t0, c0), (s1, a1, t1, c1), (s2, a2, t2, c2) = laps
    period = 1 << 30
    counts = 0
    if c0 is not None:
        counts = (c2 - c1) % period - (c1 - c0) % period
        if not paid:
            counts += (t1 - t0) % period - (t2 - t1) % period
    print(s2 - s1, (a2 - a1) - (a1 - a0), counts)


main()
