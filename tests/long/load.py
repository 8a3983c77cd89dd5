# A device's day in small: everything that can wait does so, things fail, time out and are cancelled, interrupts come. In
# turns of some simulated seconds, each of which comes to its end: what the heap holds then must not grow. Arguments: how
# many turns, and the seconds of one.
import gc
import io
import sys
import time

import asyncio_priority as asyncio
import pyb

turns, seconds = int(sys.argv[1]), int(sys.argv[2])
loop = asyncio.get_event_loop(len=150, lpqlen=50, hpqlen=4, max_overdue_ms=50)
random = 12345
late = 0  # the longest that a sleeper was late, ms
done = {}  # how often each thing was done in this turn
lived = 0  # steps of the tasks that live through all turns


def rng(n):
    global random
    random = random * 1103515245 + 12345 & 0x3FFFFFFF
    return (random >> 8) % n


def count(what, n=1):
    done[what] += n


# Those that were meant to be.
def error(exc):
    count("errors")
    if not isinstance(exc, ValueError):
        sys.print_exception(exc)
        sys.exit(1)


async def sleeps(f, ms):
    global late
    while True:
        t = ms // 2 + rng(ms)
        due = time.ticks_add(time.ticks_ms(), t)
        await f(t)
        late = max(late, time.ticks_diff(time.ticks_ms(), due))
        count("slept")


# Puts and gets are equal when it ends.
async def puts(queue):
    while True:
        await asyncio.sleep_ms(20 + rng(200))
        await queue.put(done["put"])
        count("put")


async def gets(queue):
    while True:
        assert await queue.get() == done["got"]
        count("got")
        queue.task_done()
        await asyncio.after_ms(rng(150))


async def locks(lock, busy):
    while True:
        async with lock:
            busy.append(1)
            try:
                await asyncio.sleep_ms(rng(30))
                assert len(busy) == 1
            finally:
                busy.pop()
        count("locked")
        await asyncio.sleep_ms(rng(500))


async def conditions(condition, values):
    while True:
        async with condition:
            await condition.wait_for(lambda: values)
            values.pop()
            count("taken")


async def notifies(condition, values):
    while True:
        await asyncio.sleep_ms(rng(300))
        async with condition:
            values.append(1)
            count("given")
            condition.notify()


async def meets(barrier):
    while True:
        await asyncio.sleep_ms(rng(700))
        await barrier.wait()
        count("met")


# Time-outs that come, and others that do not.
async def times_out():
    while True:
        ms = rng(60)
        try:
            await asyncio.wait_for_ms(asyncio.sleep_ms(ms), 30)
            assert ms <= 40
        except asyncio.TimeoutError:
            assert ms >= 20
            count("timeouts")
        await asyncio.sleep_ms(400)


async def fails(ms):
    await asyncio.sleep_ms(ms)
    raise ValueError


# Tasks that come and go, fail, and are cancelled.
async def spawns():
    while True:
        await asyncio.sleep_ms(rng(600))
        tasks = [asyncio.create_task(asyncio.sleep_ms(rng(40))) for _ in range(rng(8))]
        t = asyncio.create_task(asyncio.sleep_ms(5000))
        results = await asyncio.gather(*tasks, fails(rng(40)), return_exceptions=True)
        assert isinstance(results[-1], ValueError)
        t.cancel()
        try:
            await t
        except asyncio.CancelledError:
            count("cancelled")
        asyncio.create_task(fails(1))  # nobody asks
        count("failed")
        await asyncio.sleep_ms(3)
        loop.call_later_ms(rng(100), count, "called")
        loop.call_after_ms(rng(100), count, ("called",))
        loop.call_later_ms(100, error, None).cancel()
        count("calls", 2)


class Device(io.IOBase):
    data = 0

    def ioctl(self, request, arg):
        return arg if request == 3 and self.data else 0

    def read(self, n):
        n = self.data
        self.data = 0
        return bytes(n)


# A driver that must be asked costs a millisecond's worth of asking each: so only now and then.
async def reads(device):
    stream = asyncio.Stream(device)
    while True:
        await asyncio.sleep_ms(3000)
        count("bytes", len(await stream.read(100)))


async def writes(device):
    while True:
        await asyncio.sleep_ms(rng(1000))
        device.data += 1
        count("filled")


async def whens():
    while True:
        await asyncio.sleep_ms(2000)
        due = time.ticks_add(time.ticks_ms(), 5)
        await asyncio.when(lambda: time.ticks_diff(time.ticks_ms(), due) >= 0)
        count("when")


flag = asyncio.ThreadSafeFlag()
interrupts = calls = served = called = 0


def interrupt(timer, set=flag.set):
    global interrupts
    interrupts += 1
    set()


def interrupt_call(timer, soon=loop.call_soon_threadsafe):
    global calls
    calls += 1
    soon(call)


def call():
    global called
    called += 1


async def flags():
    global served
    while True:
        await flag.wait(priority=True)
        served = interrupts


# Lives through all turns.
async def lives(ms):
    global lived
    while True:
        await asyncio.sleep_ms(ms)
        lived += 1


async def turn():
    for what in (
        "slept put got locked taken given met timeouts cancelled failed errors calls called "
        "bytes filled when"
    ).split():
        done[what] = 0
    queue = asyncio.Queue(3)
    lock = asyncio.Lock()
    busy = []
    condition = asyncio.Condition()
    values = []
    barrier = asyncio.Barrier(3)
    device = Device()
    sources = [
        asyncio.create_task(c)
        for c in (puts(queue), notifies(condition, values), spawns(), writes(device))
    ]
    others = [
        asyncio.create_task(c)
        for c in (
            gets(queue),
            locks(lock, busy),
            locks(lock, busy),
            locks(lock, busy),
            conditions(condition, values),
            conditions(condition, values),
            meets(barrier),
            meets(barrier),
            meets(barrier),
            times_out(),
            times_out(),
            reads(device),
            whens(),
        )
    ]
    others += [asyncio.create_task(sleeps(asyncio.sleep_ms, 50 << n)) for n in range(7)]
    others += [
        asyncio.create_task(sleeps(asyncio.after_ms, 70 << n), level=n % 3) for n in range(6)
    ]
    await asyncio.sleep(seconds)
    for tasks, ms in ((sources, 4200), (others, 200)):
        for t in tasks:
            t.cancel()
        await asyncio.sleep_ms(ms)
        assert all(t.done() for t in tasks)
    for a, b in (
        ("put", "got"),
        ("given", "taken"),
        ("failed", "errors"),
        ("calls", "called"),
        ("filled", "bytes"),
    ):
        assert done[a] == done[b], (a, done)
    assert done["met"] % 3 == 0 and not busy and not lock.locked() and all(done.values()), done


# Leaves nothing on the stack that looks like a reference.
def scrub(n):
    a = b = c = d = e = f = g = h = None
    return n and scrub(n - 1) or (a, b, c, d, e, f, g, h)


async def main():
    for ms in (100, 700, 5000):
        asyncio.create_task(lives(ms))
    asyncio.create_task(flags())
    pyb.Timer(1, freq=10, callback=interrupt)
    pyb.Timer(2, freq=7, callback=interrupt_call)
    steps = spent = first = 0
    start = time.ticks_ms()
    for n in range(turns):
        await asyncio.create_task(turn())
        await asyncio.create_task(
            asyncio.sleep_ms(200)
        )  # what was awaited last is kept by the coroutine
        now = time.ticks_ms()
        spent += time.ticks_diff(now, start)
        start = now
        steps += sum(done.values())
        scrub(12)
        gc.collect()
        last = gc.mem_alloc()
        first = first or last
        if n in (0, 1, turns - 1) or n % 6 == 0:
            print("turn %d: heap %d, late %d ms" % (n + 1, last, late))
    # The collector takes for a reference whatever looks like one: a few of its blocks come and go. One block of 16
    # bytes lost in each turn of an hour would be 1 KB.
    assert abs(last - first) <= 256, (last, first)
    assert served == interrupts and called == calls, (served, interrupts, called, calls)
    assert abs(interrupts - spent // 100) <= 2, (interrupts, spent)
    assert abs(calls - spent * 7 // 1000) <= 2 + spent // 100000, (calls, spent)
    due = spent // 100 + spent // 700 + spent // 5000
    assert due - due // 100 - 3 <= lived <= due, (lived, due)
    assert late <= 20, late
    print("%d s, %d things done, %d interrupts" % (spent // 1000, steps, interrupts + calls))
    print("good")


loop.set_exception_handler(lambda loop, context: error(context["exception"]))
asyncio.run(main())
