# What becomes of the loop when memory ends: sweep.py [SCENARIO...] on the firmware of `make asan`.
#
# Each scenario runs again and again, with its k-th allocation failing, for every k that it reaches; then with several
# failing in a row from there on. Each time it ends with the right result or a MemoryError, runs well the next time,
# everybody else's steps are all taken, whoever was started ends, and the loop is empty then.
import asyncio_priority as asyncio
import errno
import faults
import io
import micropython
import os
import pyb
import sys
import uasyncio_priority as native

# How many fail in a row.
ROW = [int(n) for n in (os.getenv("UP_ROWS") or "1").split(",")]
STEPS = 10  # of each bystander
loop = asyncio.get_event_loop(hpqlen=2)
failed = 0  # allocations, in the last run
memory_errors = 0  # reported
task_failed = False
tasks_started = 0
mine = [None] * 200  # the tasks that a scenario started
started = ended = 0  # callbacks, likewise
other = []  # exceptions reported that are not MemoryError
bad_one = None  # what a task raises, made beforehand
left_alone = 0  # how often that was reported
descriptors = None  # how many there should be, or None
steps = [0] * 5
event = asyncio.Event()
truth = False


class Nowhere(io.IOBase):
    def write(self, buf):
        return len(buf)


class Bad(Exception):
    pass


def handler(loop, context):
    global memory_errors, left_alone
    er = context["exception"]
    if er is None:
        assert context["message"].startswith("Deadline missed")
    elif isinstance(er, MemoryError):
        memory_errors += 1
    elif isinstance(er, Bad):
        left_alone += er is bad_one  # those of the run before may come late
    else:
        other.append(er)


# -- bystanders: their steps allocate nothing


async def sleeps(i):
    for _ in range(STEPS):
        await asyncio.sleep_ms(1)
        steps[i] += 1


async def yields(i):
    for _ in range(STEPS):
        yield
        steps[i] += 1


async def is_low(i):
    for _ in range(STEPS):
        await asyncio.after_ms(1)
        steps[i] += 1


def is_true():
    return truth


async def asks(i):
    global truth
    for _ in range(STEPS):
        await asyncio.when(is_true)
        truth = False
        event.set()
        event.clear()
        steps[i] += 1


async def waits(i):
    global truth
    for _ in range(STEPS):
        truth = True
        await event.wait()
        steps[i] += 1


# -- what scenarios are made of


async def work(n, ms=1):
    await asyncio.sleep_ms(ms)
    await asyncio.after_ms(ms)
    return n


def start(coro):
    global tasks_started
    t = asyncio.create_task(coro)
    mine[tasks_started] = t
    tasks_started += 1
    return t


# A task that cannot go on ends those who wait for it.
async def ends_all(coro, tasks):
    global task_failed
    try:
        return await coro
    except MemoryError:
        task_failed = True
        for t in tasks:
            if t and t is not asyncio.current_task():
                t.cancel()
        raise


async def all_of(tasks):
    results = [None] * len(tasks)
    for i, t in enumerate(tasks):
        results[i] = await t
    return results


def called(out, n):
    global ended
    ended += 1
    out[n] = True  # not append(): it has room


def count_call():
    global started
    started += 1


# A device that is ready for `n` bytes after some polls.
class Device(io.IOBase):
    def __init__(self, data):
        self.data = data
        self.at = 0
        self.polls = 0
        self.out = 0

    def ioctl(self, request, arg):
        if request != 3:
            return 0
        self.polls += 1
        return arg & 5 if self.polls & 1 else 0

    def read(self, n):
        r = self.data[self.at : self.at + (3 if n < 0 else min(n, 3))]
        self.at += len(r)
        return r

    def readline(self):
        end = self.data.find(b"\n", self.at) + 1 or len(self.data)
        r = self.data[self.at : end]
        self.at = end
        return r

    def readinto(self, buf):
        buf[0] = 7
        return 1

    def write(self, buf):
        n = min(len(buf), 2)
        self.out += n
        return n


# -- scenarios in the loop: each returns what RESULTS says


async def create_task():
    tasks = [None] * 40
    for i in range(40):
        tasks[i] = start(work(i))
    return sum(await all_of(tasks))


async def create_level():
    tasks = [None] * 3
    for i in range(3):
        tasks[i] = start(work(i))
        tasks[i].set_level(2 - i)
    return await all_of(tasks)


async def sleep():
    a = asyncio.sleep_ms(3)
    b = asyncio.sleep(0.002)
    c = asyncio.after(0.001)
    d = asyncio.after_ms(2)
    for aw in (d, b, a, c):
        await aw
    await asyncio.sleep(0)
    await asyncio.sleep_ms(1)
    await asyncio.after(0.001)
    await asyncio.after_ms(0)
    return True


async def when():
    hits = [0] * 5

    def ready(i, n):
        hits[i] += 1
        return hits[i] > n

    async def one(i):
        await asyncio.when(ready, i, 3)

    tasks = [None] * 5
    for i in range(5):
        tasks[i] = start(one(i))
    for t in tasks:
        await t
    return hits


async def events():
    e = asyncio.Event()
    f = asyncio.ThreadSafeFlag()
    q = asyncio.WaitQueue()

    async def one(aw, n):
        await aw
        return n

    tasks = [None] * 4
    try:
        tasks[0] = start(one(e.wait(), 1))
        tasks[1] = start(one(f.wait(), 2))
        tasks[2] = start(one(q.wait(), 4))
        tasks[3] = start(one(e.wait(), 8))
        await asyncio.sleep_ms(1)
    finally:
        e.set()
        f.set()
        for _ in range(3):
            q.wake()
            yield 0
            yield 0
    return sum(await all_of(tasks))


async def lock():
    lock = asyncio.Lock()
    inside = [0]

    async def one(n):
        async with lock:
            inside[0] += 1
            await asyncio.sleep_ms(1)
            inside[0] -= 1
        return n

    tasks = [None] * 4
    for i in range(4):
        tasks[i] = start(one(i))
    r = await all_of(tasks)
    return r, inside, lock.locked()


async def cancel():
    caught = [0]

    async def one(aw):
        try:
            await aw
        except asyncio.CancelledError:
            caught[0] += 1
            raise

    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [None] * 6
    try:
        tasks[0] = start(one(asyncio.sleep_ms(100)))
        tasks[1] = start(one(asyncio.Event().wait()))
        tasks[2] = start(one(asyncio.when(lambda: False)))
        tasks[3] = start(one(lock.acquire()))
        tasks[4] = start(one(asyncio.readable(Device(b""))))
        tasks[5] = start(one(asyncio.ThreadSafeFlag().wait()))
        await asyncio.sleep_ms(1)
    finally:
        for t in tasks:
            if t:
                t.cancel()
    for t in tasks[:4]:
        try:
            await t
        except asyncio.CancelledError:
            pass
    return caught[0] >= 4


async def wait_for():
    r = await asyncio.wait_for(work(5), 10)
    ms = await asyncio.wait_for_ms(work(6), 100)
    late = False
    try:
        await asyncio.wait_for_ms(work(7, 50), 2)
    except asyncio.TimeoutError:
        late = True
    return r, ms, late


# Whatever has no memory, no cancel of a time-out stays behind.
async def timeouts():
    me = asyncio.current_task()
    late = 0
    try:
        async with asyncio.timeout(0.1) as outer:
            for limit in asyncio.timeout_ms, asyncio.Timeout:
                try:
                    async with limit(2 if limit is asyncio.timeout_ms else loop.time() + 2):
                        await asyncio.wait_for_ms(all_of((start(work(1, 20)),)), 50)
                except asyncio.TimeoutError:
                    late += 1
            outer.reschedule(loop.time())
            await asyncio.Event().wait()
    except asyncio.TimeoutError:
        late += 1
    except MemoryError:
        if me.cancelling():
            return "counted"
        raise
    return late, me.cancelling()


# Who awaits a task is woken, whoever of them cannot go on; what the task has of its own stays.
async def joins():
    lock = asyncio.Lock()
    out = [0] * 3

    async def first():
        async with lock:
            return await work(7)

    async def then(i, task):
        out[i] = await task

    await lock.acquire()
    task = start(first())
    try:
        chain = start(then(0, task))
        start(then(1, task))
        start(then(2, chain))
        await asyncio.sleep_ms(1)
        kept = task.data is lock
    finally:
        lock.release()
        await asyncio.sleep_ms(20)
    return kept, out, await task


async def bad():
    error = bad_one
    await asyncio.sleep_ms(1)
    raise error


async def gather():
    global bad_one, left_alone
    bad_one = Bad()
    left_alone = 0
    t = start(work(3))
    r = await asyncio.gather(work(1), work(2), t, t)
    s = await asyncio.gather(bad(), work(4), return_exceptions=True)
    try:
        await asyncio.gather(bad(), work(5), bad())
    except Bad:
        # It has had one of the two that fail at the same time; nobody asks for the other's end.
        return r, type(s[0]), s[1], left_alone


# The tasks are there before: each that fails is either gather()'s affair or reported, and all can be had afterwards.
async def gather_tasks():
    global bad_one, left_alone
    bad_one = Bad()
    left_alone = 0
    tasks = [None] * 4
    for i in range(3):
        tasks[i] = start(work(i))
    tasks[3] = start(bad())
    error = got = None
    try:
        got = await asyncio.gather(*tasks, return_exceptions=True)
    except MemoryError as er:
        error = er
    await asyncio.sleep_ms(5)
    if await all_of(tasks[:3]) != [0, 1, 2]:
        return "lost"
    if not error:
        return got[:3], type(got[3]), left_alone
    if left_alone != 1:
        return "not reported"
    raise error


# The exceptions of a group's tasks. Without memory for the group's own there is a MemoryError instead.
async def task_group():
    global bad_one
    bad_one = Bad()
    done = [0, 0]

    async def one(n):
        n = await work(n)
        done[0] += n

    async def fails():
        try:
            await asyncio.sleep_ms(100)
        finally:
            done[1] += 1

    try:
        async with asyncio.TaskGroup() as group:
            for i in range(4):
                group.create_task(one(i), name="n")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
                group.create_task(bad())
        except asyncio.ExceptionGroup as e:
            if not isinstance(e.exceptions[0], Bad):
                raise
    except asyncio.ExceptionGroup as e:
        raise e.exceptions[0]
    return done


async def ends():
    global bad_one
    bad_one = Bad()
    tasks = [None] * 3
    for i in range(3):
        tasks[i] = start(work(i, 3 - i))
    try:
        first = await asyncio.wait(tasks, timeout=0.003)
        some = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        order = [0] * 4
        n = 0
        for aw in asyncio.as_completed(
            (tasks[2], start(work(7, 5)), start(work(8, 4))), timeout=0.1
        ):
            order[n] = await aw
            n += 1
        order[3] = await asyncio.shield(work(9))
    finally:
        await all_of(tasks)
    return len(first[0]), len(some[0]), order


# What was not woken for want of memory would hang.
async def done_callbacks():
    out = [0, 0]
    t = start(work(1))

    def ended(task):
        out[0] += task.result()

    for _ in range(3):
        t.add_done_callback(ended)
    t.set_name("t")
    u = start(work(5))
    u.add_done_callback(ended)
    out[1] = u.remove_done_callback(ended)
    await t
    await u
    await asyncio.sleep_ms(0)
    return out, t.get_name(), t in asyncio.all_tasks()


# What shows what there is changes nothing, whether it finds memory or not.
async def shown():
    lock = asyncio.Lock()
    q = asyncio.Queue(1)
    t = start(work(2))
    try:
        async with asyncio.timeout_ms(9) as limit:
            s, f = asyncio.Semaphore(1), asyncio.ThreadSafeFlag()
            for it in (t, lock, q, event, limit, loop, s, f):
                repr(it)
            for task in native._all_tasks():
                native._task_info(task)
        loop.slow_step_ms = 1000
        loop.stats(True)
        loop.trace(16)
        await asyncio.sleep_ms(1)
        steps_seen = loop.stats()["passes"] > 0
        loop.gc_idle(16)
        loop.dump_trace(Nowhere())
        return await t, steps_seen
    finally:
        loop.gc_idle(None)
        loop.slow_step_ms = None
        loop.stats(False)
        loop.trace(False)
        await all_of([t])


# A task has its deadline, or was not made. That it missed it is counted, whether there is memory to tell of it or not.
async def deadlines():
    global tasks_started
    t = asyncio.create_task(work(2), asyncio.HIGH, deadline_ms=50)
    mine[tasks_started] = t
    tasks_started += 1
    t.set_deadline(1)
    t.set_name("t")
    return await t, t.misses, t.deadline, t.get_name()


# Whoever hooks in is called again and again, and is let go.
async def idle():
    calls = [0]

    def hook(ms):
        calls[0] += 1
        native._mock_clock(native._mock_clock() + 1)

    loop.idle_hook = hook
    try:
        await asyncio.sleep_ms(3)
        n = 0
        async for _ in asyncio.every(2):
            n += 1
            if n == 3:
                break
        return n, calls[0] > 0
    finally:
        loop.idle_hook = None


# Each call that fails is made again: nothing is lost, nothing comes twice.
async def again(f, *args):
    try:
        return await f(*args)
    except MemoryError:
        faults.stop()
        return await f(*args)


async def queue():
    q = asyncio.Queue(2)
    got = [0]

    # Not by again(): it has to be called as well, and a task that ends leaves the other waiting.
    async def produce():
        for i in range(5):
            try:
                await q.put(i)
            except MemoryError:
                faults.stop()
                await q.put(i)

    async def consume():
        for i in range(5):
            try:
                item = await q.get()
            except MemoryError:
                faults.stop()
                item = await q.get()
            got[0] += i * item
            q.task_done()

    p = start(produce())
    try:
        c = start(consume())
    except MemoryError:
        p.cancel()
        raise
    try:
        await again(all_of, (p, c))
        await again(q.join)
    except MemoryError:  # before the first try
        p.cancel()
        c.cancel()
        raise
    return got[0]


# No room is lost: what fails is as if it had not been called.
async def queue_room():
    q = asyncio.Queue(9)
    put = 0
    for i in range(20):
        try:
            if i & 1:
                q.put_nowait(i)
            else:
                await q.put(i)
            put += 1
        except MemoryError:
            pass
        except asyncio.QueueFull:
            break
        if put == 9:
            break
    if not (q.qsize() == put and q.full() == (put == 9)):
        return put, q.qsize()
    while not q.empty():
        await q.get()
        put -= 1
    return put


async def semaphore():
    s = asyncio.Semaphore(2)
    b = asyncio.BoundedSemaphore(1)
    c = asyncio.Condition()

    async def one(n):
        await s.acquire()
        try:
            await b.acquire()
            try:
                await asyncio.sleep_ms(1)
            finally:
                b.release()
        finally:
            s.release()
        return n

    async def notified():
        await c.acquire()
        try:
            await c.wait()
        finally:
            c.release()

    tasks = [None] * 5
    try:
        for i in range(4):
            tasks[i] = start(one(i))
        tasks[4] = start(notified())
        await asyncio.sleep_ms(1)
        await c.acquire()
        try:
            c.notify_all()
        finally:
            c.release()
        return await all_of(tasks), s.locked(), b.locked(), c.locked()
    finally:
        for t in tasks:
            if t:
                t.cancel()


async def barrier():
    b = asyncio.Barrier(3)

    async def one():
        return await b.wait()

    tasks = [None] * 3
    try:
        for i in range(3):
            tasks[i] = start(ends_all(one(), tasks))
        return sorted(await all_of(tasks))
    finally:
        for t in tasks:
            if t:
                t.cancel()


async def callbacks():
    out = [False] * 9
    soon = loop.call_soon(called, out, 0)
    count_call()
    loop.call_later(0.001, called, out, 1)
    count_call()
    loop.call_later_ms(1, called, out, 2)
    count_call()
    loop.call_after(0.001, called, out, 3)
    count_call()
    loop.call_after_ms(1, called, (out, 4))
    count_call()
    loop.call_at(loop.time() + 1, called, out, 5)
    count_call()
    loop.call_at_(loop.time(), called, [out, 6])
    count_call()
    loop.call_soon_threadsafe(called, out, 7)
    count_call()
    never = loop.call_later(0.002, called, out, 8)
    cancelled = never.cancel()
    await asyncio.sleep_ms(3)
    return out, cancelled, soon.cancel()


async def many_callbacks():
    out = [False] * 60
    for i in range(60):
        loop.call_later_ms(i & 3, called, out, i)
        count_call()
    await asyncio.sleep_ms(5)
    return all(out)


async def stream():
    d = Device(b"one\ntwo\nthree\n")
    s = asyncio.StreamReader(d)
    a = await s.read(2)
    b = await s.readline()
    c = await s.readexactly(5)
    e = await s.read()
    buf = bytearray(2)
    n = await s.readinto(buf)
    w = asyncio.StreamWriter(d, {"peername": 1})
    w.write(b"12345")
    w.write(b"67")
    await w.drain()
    await w.awrite(b"890")
    await asyncio.readable(d)
    await asyncio.writable(d, fast=True)
    return a, b, c, len(e), n, d.out


async def report():
    async def bad():
        raise MemoryError

    def worse():
        global ended
        ended += 1
        raise MemoryError

    start(bad())
    loop.call_soon(worse)
    count_call()
    loop.set_exception_handler(handler)
    await asyncio.sleep_ms(2)
    loop.call_exception_handler({"exception": MemoryError(), "future": None, "message": ""})
    return loop.get_exception_handler() is handler


async def v2():
    class Call(asyncio.SysCall1):
        def handle(self):
            self.arg[0] += 1

    n = [0]
    yield work(1)
    yield Call(n)
    yield 1
    yield asyncio.sleep_ms(1)
    t = loop.call_soon(work(2))
    r = await t
    asyncio.cancel(t.coro)
    asyncio.ensure_future(t)
    return n[0], r


async def seeds():
    import asyn

    b = asyn.Barrier(2)
    e = asyn.Event(True)
    s = asyn.Semaphore(1)

    async def one():
        await b
        await s.acquire()
        s.release()
        e.set(3)

    tasks = [None] * 2
    try:
        tasks[0] = start(ends_all(one(), tasks))
        tasks[1] = start(ends_all(one(), tasks))
        for t in tasks:
            await t
        await e
        return e.value()
    finally:
        for t in tasks:
            if t:
                t.cancel()


async def reserve():
    loop.create_task  # a method object
    asyncio.get_event_loop(len=faults.entries() + 100, lpqlen=50, hpqlen=4)
    return True


# Who cannot close a connection for want of memory tries again: else the other side would wait.
async def sockets():
    async def serve(r, w):
        try:
            w.write(await r.readline())
            await w.drain()
        finally:
            try:
                await w.wait_closed()
            except MemoryError:
                faults.stop()
                await w.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        r, w = await asyncio.open_connection("127.0.0.1", port)
        try:
            w.write(b"hello\n")
            await w.drain()
            return await r.readline()
        except OSError as er:
            if er.errno == errno.ECONNRESET:
                return b""  # as the server hung up with the line unread
            raise
        finally:
            try:
                await w.wait_closed()
            except MemoryError:
                faults.stop()
                await w.wait_closed()
    finally:
        if server.task.done():
            other.append("the server ended")
        server.close()
        try:
            await server.wait_closed()
        except asyncio.CancelledError:
            pass


# One that is free. (No other scenario has it meanwhile: they run at the same time.)
async def find_port():
    global port
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            server = await asyncio.start_server(None, "127.0.0.1", port)
        except OSError:
            continue
        server.close()
        return await server.wait_closed()


# A server that nobody comes to: it listens, or there is nothing of it.
async def start_server():
    server = await asyncio.start_server(None, "127.0.0.1", port)
    server.close()
    for _ in range(2):
        yield
    return server.task.done()


port = 0

RESULTS = {
    create_task: sum(range(40)),
    create_level: [0, 1, 2],
    sleep: True,
    when: [4] * 5,
    events: 15,
    lock: ([0, 1, 2, 3], [0], False),
    cancel: True,
    wait_for: (5, 6, True),
    timeouts: (3, 0),
    joins: (True, [7, 7, None], 7),
    gather: ([1, 2, 3, 3], Bad, 4, 0),
    gather_tasks: ([0, 1, 2], Bad, 0),
    shown: (2, True),
    deadlines: (2, 1, None, "t"),
    idle: (3, True),
    queue: 30,
    queue_room: 0,
    semaphore: ([0, 1, 2, 3, None], False, False, False),
    barrier: [0, 1, 2],
    callbacks: ([True] * 8 + [False], True, False),
    many_callbacks: True,
    stream: (b"on", b"e\n", b"two\nt", 5, 1, 10),
    report: True,
    task_group: [6, 1],
    ends: (1, 3, [2, 8, 7, 9]),
    done_callbacks: ([3, 1], "t", False),
    v2: (1, 2),
    seeds: 3,
    reserve: True,
    sockets: b"hello\n",
    start_server: True,
}


async def armed(scenario, k, n):
    global failed
    failed = 0
    faults.fail_at(k, n)
    try:
        return await scenario()
    finally:
        failed = faults.stop()


async def watchdog(task):
    await asyncio.sleep_ms(5000)
    task.cancel()


# One run with faults and one without, beside bystanders; what is wrong.
async def run(scenario, k, n):
    global started, ended, tasks_started, memory_errors, task_failed, truth
    task_failed = False
    for i in range(5):
        steps[i] = 0
    started = ended = tasks_started = memory_errors = 0
    truth = False
    bystanders = [
        asyncio.create_task(f(i)) for i, f in enumerate((sleeps, yields, is_low, asks, waits))
    ]
    task = asyncio.create_task(armed(scenario, k, n))
    dog = asyncio.create_task(watchdog(task))
    wrong = None
    try:
        result = await task
        # A server whose handler had no memory hangs up.
        if result != RESULTS[scenario] and not (scenario is sockets and memory_errors):
            wrong = "result", result
    except MemoryError:
        if not failed:
            wrong = "MemoryError for no reason"
    except Exception as er:
        wrong = er
    except asyncio.CancelledError:
        if not task_failed:
            wrong = "hangs"
    first = failed
    if not wrong and failed:
        try:
            result = await scenario()
        except Exception as er:
            result = er
        if result != RESULTS[scenario]:
            wrong = "next time", result
    for t in bystanders:
        await t
    dog.cancel()
    if steps != [STEPS] * 5:
        wrong = wrong, "bystanders", steps
    return first, wrong


def open_descriptors():
    return len(os.listdir("/dev/fd"))


def in_loop(scenario, k, n):
    row = n
    loop.set_exception_handler(handler)
    other.clear()
    n, wrong = asyncio.run(run(scenario, k, n))
    native.run_until_complete()  # whoever is left
    # With many in a row exceptions share the one object that MicroPython has for that, and it changes its type.
    if other and row == 1:
        wrong = wrong, other
    if started != ended:
        wrong = wrong, "started", started, "ended", ended
    for i in range(tasks_started):
        if not mine[i].done():
            wrong = wrong, "never ended", mine[i].coro
        mine[i] = None
    if faults.entries():
        wrong = wrong, "left in the loop", faults.entries()
        asyncio.new_event_loop()
    if descriptors is not None and open_descriptors() != descriptors:
        wrong = wrong, "descriptors", open_descriptors(), "not", descriptors
    return n, wrong


# -- scenarios outside of the loop: each takes k and n, returns failures and what is wrong


def from_outside(k, n, f, arg):
    global failed
    r = er = None
    faults.fail_at(k, n)
    try:
        r = f(arg)
    except MemoryError as e:
        er = e
    failed = faults.stop()
    return r, er


def run_a_coroutine(k, n):
    coro = work(3)
    r, er = from_outside(k, n, asyncio.run, coro)
    count = failed
    if er:
        try:
            r = asyncio.run(coro)  # it never began
        except TypeError:
            r = None
        r = 3 if r is None else r
    return count, None if r == 3 and not faults.entries() else (r, faults.entries())


NAMES = (
    "uasyncio_priority",
    "asyncio_priority",
    "asyncio",
    "uasyncio",
    "asyn",
    "_asyncio_stream",
    "_asyncio_condition",
    "_asyncio_barrier",
    "_asyncio_more",
    "_asyncio_v2",
    "_asyncio_ends",
    "_asyncio_exceptiongroup",
    "_asyncio_runner",
    "_asyncio_thread",
)


async def is_cancelled(aio):
    t = aio.create_task(work(1000))
    await aio.sleep_ms(0)
    t.cancel()
    try:
        await t
    except BaseException as e:
        return type(e)


def import_(k, n):
    def imports(_=None):
        import asyncio_priority
        import uasyncio

        __import__("asyn")

        loop = asyncio_priority.get_event_loop(hpqlen=2)
        uasyncio.Queue, uasyncio.gather, uasyncio.StreamReader, uasyncio.SysCall
        uasyncio.TaskGroup, uasyncio.Runner, uasyncio.to_thread
        return loop

    for name in NAMES:
        sys.modules.pop(name, None)
    faults.forget_loop()
    r, er = from_outside(k, n, imports, None)
    count = failed
    wrong = None
    if er:
        # MicroPython's own: what it loads from elsewhere stays among the loaded modules, with no value.
        for name in NAMES[4:]:
            sys.modules.pop(name, None)
    try:
        imports()
        aio = sys.modules["asyncio_priority"]
        aio.run(work(1))
        # The loop's CancelledError is not MicroPython's one exception for those without memory, which changes its type.
        micropython.heap_lock()
        try:
            raise ValueError
        except ValueError:
            micropython.heap_unlock()
        got = aio.run(is_cancelled(aio))
        if got is not aio.CancelledError:
            wrong = "cancelled by", got
    except Exception as e:
        wrong = e
    return count, wrong


SCENARIOS = {f.__name__: (in_loop, f) for f in RESULTS}
SCENARIOS["run_a_coroutine"] = run_a_coroutine, None
SCENARIOS["import_"] = import_, None


def sweep(name):
    runner, scenario = SCENARIOS[name]
    global descriptors
    native._mock_clock(0)
    if scenario in (sockets, start_server):
        native._mock_clock(None)
        asyncio.run(find_port())
        asyncio.run(asyncio.sleep_ms(5))  # the loop's own are there now
        descriptors = open_descriptors()
    cases = bad = total = 0
    for n in ROW:
        k = 1
        while True:
            count, wrong = runner(scenario, k, n) if scenario else runner(k, n)
            if wrong:
                bad += 1
                print("BAD", name, "allocation", k, "and", n - 1, "more:", wrong)
                if isinstance(wrong, Exception):
                    sys.print_exception(wrong)
            if not count:
                break
            cases += 1
            total += count
            k += 1
    print(name, cases, "cases", total, "allocations failed", bad, "bad")


if sys.argv[1:] == ["--list"]:
    print(" ".join(sorted(SCENARIOS)))
else:
    for name in sys.argv[1:] or sorted(SCENARIOS):
        sweep(name)
