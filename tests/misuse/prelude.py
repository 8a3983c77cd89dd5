# What the programs of ../misuse.py run in: odd objects, work that must not be lost, and the judgement at the end.
#
# Time is virtual. A program calls keep(), spawn(), forget() and patch(); execute() runs it, then what is left of the
# work that it queued, then a workload whose trace is known.
#
# What is imported is for the programs.
# ruff: noqa: F401
import gc
import sys
import micropython
import asyn
import asyncio
import asyncio_priority as ap
import asyncio_priority.core
import asyncio.core
import asyncio.event
import asyncio.funcs
import asyncio.lock
import asyncio.stream
import io
import select
import socket
import uasyncio
import uasyncio_priority as un
from uasyncio_priority import _mock_clock as clock

# Programs may write to modules; the harness needs these as they are.
Loop = un.Loop
_create, _cancel, _run_complete, _new_loop, _stop_loop, _get_loop = (
    un.create_task,
    un.cancel,
    un.run_until_complete,
    un.new_event_loop,
    un.stop_loop,
    un.get_event_loop,
)
_sleep_ms, _after_ms, _when, _Event, _Lock, _Flag, _Queue, _gather, _wait_for_ms = (
    un.sleep_ms,
    un.after_ms,
    un.when,
    un.Event,
    un.Lock,
    un.ThreadSafeFlag,
    ap.Queue,
    ap.gather,
    ap.wait_for_ms,
)
HUGE = "x" * 65536
NAN = float("nan")
INF = float("inf")


class Program:
    # What is known about the program that runs.
    budget = 0  # how often its functions may still be called: nothing runs on for ever
    fatal = 0  # how often KeyboardInterrupt and its like may still be raised
    reached = 0  # a bit for each statement that was
    trouble = None  # what went wrong that no program may bring about
    draining = False
    missing = 0  # how much work has not run yet
    patience = 0  # how many ms it may still take


now = Program()
kept = []  # objects that odd acts may be done to
queued = {}  # work: how often it ran
patched = []


def B():
    # True when the budget is spent: the caller returns at once. What never waits must not stop the clock.
    now.budget -= 1
    if now.budget < 0 and now.budget % 8 == 0:
        clock(clock() + 1)
    return now.budget < 0


def R(n):
    now.reached |= 1 << n


def X(e):
    # An exception that a program catches.
    try:
        text = e.args[0]
    except Exception:
        return
    if isinstance(text, str) and "report this bug" in text:
        now.trouble = text


def keep(value):
    if isinstance(value, type):
        return None  # what is written to a class goes through patch()
    if len(kept) < 40:
        kept.append(value)
    return value


# -- work that must run once, whatever else the program does


def ran(n):
    if queued[n] == 0:
        now.missing -= 1
    queued[n] += 1


async def sleeps(n):
    await _sleep_ms(3)
    await _after_ms(1)
    await _sleep_ms(0)
    ran(n)


def yields(n):
    yield
    yield 2
    yield from _sleep_ms(1)
    ran(n)


async def conditions(n):
    asked = 0

    def condition():
        nonlocal asked
        asked += 1
        return asked > 3

    await _when(condition)
    ran(n)


async def sets(event):
    await _sleep_ms(2)
    event.set()


async def events(n):
    event = _Event()
    _create(sets(event))
    await event.wait()
    ran(n)


async def flags(n):
    flag = _Flag()
    Loop.call_soon_threadsafe(flag.set)
    await flag.wait(True)
    _create(sets(flag))
    await flag.wait()
    ran(n)


async def holds(lock):
    async with lock:
        await _sleep_ms(1)


async def locks(n):
    lock = _Lock()
    tasks = [_create(holds(lock)) for _ in range(3)]
    await _sleep_ms(0)
    tasks[1].cancel()
    await lock.acquire()
    lock.release()
    ran(n)


async def produces(queue):
    for i in range(3):
        await queue.put(i)


async def queues(n):
    queue = _Queue(1)
    _create(produces(queue))
    for i in range(3):
        if await queue.get() != i:
            return
    ran(n)


async def value(n):
    await _sleep_ms(n)
    return n


async def gathers(n):
    if await _gather(value(2), value(1)) == [2, 1]:
        ran(n)


async def limits(n):
    # The program may make much time pass at once: then the first may be done before it is seen to be late.
    try:
        await _wait_for_ms(value(50), 2)
    except un.TimeoutError:
        pass
    if await _wait_for_ms(value(1), 50000) == 1:
        ran(n)


async def joins(n):
    if await _create(value(2)) == 2:
        ran(n)


TASKS = sleeps, yields, conditions, events, flags, locks, queues, gathers, limits, joins
CALLS = (
    lambda n: Loop.call_soon(ran, n),
    lambda n: Loop.call_later_ms(3, ran, n),
    lambda n: Loop.call_later(0.002, ran, n),
    lambda n: Loop.call_after_ms(2, ran, (n,)),
    lambda n: Loop.call_soon_threadsafe(ran, n),
    lambda n: Loop.call_at(Loop.time() + 2, ran, n),
)


def spawn(kind, level=un.NORMAL):
    # Queues work of a kind. If that raises, it has not been queued.
    if patched:
        return
    n = len(queued)
    queued[n] = 0
    now.missing += 1
    try:
        if kind < len(TASKS):
            _create(TASKS[kind](n), level)
        else:
            CALLS[kind - len(TASKS)](n)
    except:
        queued[n] = 1  # no call: the stack may be full
        now.missing -= 1
        raise


def forget():
    # What was queued need not run.
    for n in queued:
        queued[n] = 1
    now.missing = 0


def guard():
    # Ends each run after a while: a program may well wait for what never comes.
    if not now.draining:
        if Loop.is_running():
            _stop_loop(None)
        Loop.call_later_ms(60, guard)


# -- odd objects


async def nap(ms=1):
    await _sleep_ms(ms)
    return ms


async def fails():
    await _sleep_ms(1)
    raise ValueError("fails")


async def swallows():
    # A task that does not let itself be cancelled, at first.
    for _ in range(3):
        try:
            await _sleep_ms(5)
        except BaseException:
            pass


def finished():
    g = nap()
    g.close()
    return g


def two_steps():
    yield 1
    yield from _sleep_ms(1)


def started():
    g = two_steps()
    next(g)
    return g


_old = _create(nap())
_new_loop()


def old_task():
    # A task of a loop that was forgotten.
    return _old


def act(how):
    # Does something that a callback, a condition or an odd object should not do.
    if B():
        return None
    if how < len(VALUES):
        return VALUES[how]
    return ACTS[how - len(VALUES)]()


def fatal(kind):
    now.fatal -= 1
    if now.fatal >= 0:
        raise kind


def throws(kind):
    def do():
        raise kind

    return do


def tries(call):
    def do():
        try:
            call()
        except Exception as e:
            X(e)

    return do


def new_loop():
    _new_loop()
    forget()
    guard()  # it is gone too


def all_kept(name):
    def do():
        for o in kept:
            try:
                getattr(o, name)()
            except Exception as e:
                X(e)

    return do


def cancel_all():
    for o in kept:
        try:
            _cancel(o)
        except Exception as e:
            X(e)


VALUES = None, True, False, 0, 1, -1, 2**64, NAN, "text", b"bytes", (), ValueError
ACTS = (
    throws(ValueError("odd")),
    throws(un.CancelledError),
    throws(StopIteration(7)),
    throws(un.TimeoutError),
    throws(GeneratorExit),
    throws(MemoryError),
    lambda: fatal(KeyboardInterrupt),
    lambda: fatal(SystemExit),
    tries(Loop.run_forever),
    tries(_run_complete),
    tries(lambda: un.run(nap())),
    tries(lambda: Loop.run_until_complete(nap())),
    tries(new_loop),
    tries(lambda: _stop_loop(5)),
    Loop.stop,
    gc.collect,
    cancel_all,
    all_kept("set"),
    all_kept("release"),
    all_kept("wake"),
    all_kept("close"),
    all_kept("__next__"),
    lambda: Loop.call_soon(Odd(len(VALUES) + 3)),
    lambda: spawn(0, un.HIGH),
    lambda: spawn(len(TASKS)),
    lambda: _sleep_ms(1),
    lambda: nap(),
    lambda: _create(swallows(), un.HIGH),
    lambda: Odd(3),
)
N_ODD = len(VALUES) + len(ACTS)


class Odd:
    # Whatever is done to it, the same odd act answers.
    def __init__(self, how):
        self.how = how

    def _(self, *args, **kw):
        return act(self.how)

    # MicroPython itself breaks where f(*x) meets an x whose length is not its own.
    def __len__(self):
        n = act(self.how)
        return n if type(n) is int and 0 <= n < 2 else 2

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _
    __bool__ = __hash__ = __iter__ = __next__ = __call__ = _
    __add__ = __radd__ = __sub__ = __contains__ = __getitem__ = __setitem__ = _
    __enter__ = __exit__ = __aenter__ = __aexit__ = __aiter__ = __anext__ = __await__ = _
    send = throw = close = handle = remove = cancel = done = set = wait = wake = acquire = (
        release
    ) = _
    locked = read = readline = readinto = write = ioctl = accept = setblocking = _


class OddNext(Odd):
    # Can be iterated and resumed, for a while.
    def __iter__(self):
        return self

    def __next__(self):
        if B():
            raise StopIteration
        return act(self.how)

    def send(self, value):
        return self.__next__()


class OddBase(Exception):
    def __init__(self, how):
        super().__init__(how)
        act(how)


class Device(io.IOBase):
    # A stream whose driver is odd: `how` it answers when it is polled, read and written.
    def __init__(self, poll=None, io=0):
        self.poll = poll
        self.io = io

    def ioctl(self, request, arg):
        if request == 3 and self.poll is None:
            return 0 if B() else arg
        return act(self.poll or 0)

    def read(self, n=-1):
        if self.io == 0:
            return b"" if B() else b"ab"[: n if n > 0 else 2]
        return act(self.io)

    def readline(self):
        return b"line\n" if self.io == 0 and not B() else act(self.io)

    def readinto(self, buf, n=0):
        return 0 if self.io == 0 else act(self.io)

    def write(self, buf, off=0, n=0):
        return len(buf) if self.io == 0 else act(self.io)

    def close(self):
        pass


def restore():
    for where, name, before in reversed(patched):
        setattr(where, name, before)


def patch(where, name, value):
    # Writes to a module or class; the harness takes it back. What becomes of other work then is the program's fault.
    before = getattr(where, name)
    setattr(where, name, value)
    patched.append((where, name, before))
    forget()


# -- the judgement


async def all_ran():
    while now.missing and now.patience > 0:
        now.patience -= 1
        await _sleep_ms(1)


def handler(loop, context):
    X(context["exception"])


def drain():
    # Runs what is left. What ends a run is the program's: the next one goes on. (Without a limit for overdue entries a
    # task of the program that never waits may keep low ones waiting for ever.)
    now.draining = True
    Loop.set_exception_handler(handler)
    _get_loop(max_overdue_ms=5, ioq_len=0)
    for _ in range(400):
        try:
            _run_complete(all_ran())
        except BaseException as e:
            X(e)
        if not now.missing:
            break
    lost = [n for n in queued if queued[n] == 0]
    more = [] if patched else [n for n in queued if queued[n] > 1]
    if lost:
        return "lost: " + str(lost)
    if more:
        return "ran twice: " + str(more)
    if Loop.is_running() or un.cur_task is not None:
        return "the loop says that it runs"


trace = []


def note(what):
    trace.append((clock() - 1000, what))


async def low(name):
    for i in range(2):
        note(name + str(i))
        await _after_ms(1)


async def normal(name, event, lock):
    for i in range(3):
        note(name + str(i))
        await _sleep_ms(2)
    async with lock:
        event.set()
        await _sleep_ms(1)


async def high(name, flag):
    for i in range(2):
        await flag.wait(priority=True)
        note(name + str(i))


async def witness_main():
    event, lock, flag, got = _Event(), _Lock(), _Flag(), []
    _create(low("low"))
    tasks = [_create(normal(name, event, lock)) for name in ("a", "b")]
    fast = _create(high("high", flag))
    Loop.call_soon(note, "soon")
    Loop.call_later_ms(1, flag.set)
    Loop.call_later_ms(3, flag.set)
    Loop.call_after_ms(1, note, ("after",))
    await event.wait()
    note("event")
    for task in tasks:
        await task
    await fast
    await _when(lambda: not lock.locked())
    note("when")
    tasks[0].cancel()
    never = _create(nap(100))
    await _sleep_ms(0)
    note(never.cancel())
    try:
        await never
    except un.CancelledError:
        note("cancelled")
    queue = _Queue()
    _create(produces(queue))
    for _ in range(3):
        got.append(await queue.get())
    note(await _gather(value(1), value(2)))
    try:
        await _wait_for_ms(value(9), 3)
    except un.TimeoutError:
        note("timeout")
    return got


# By the rules: the earliest due first, equal ones in their order, high before, low behind.
TRACE = [
    (0, "low0"),
    (0, "a0"),
    (0, "b0"),
    (0, "soon"),
    (1, "high0"),
    (1, "after"),
    (1, "low1"),
    (2, "a1"),
    (2, "b1"),
    (3, "high1"),
    (4, "a2"),
    (4, "b2"),
    (6, "event"),
    (8, "when"),
    (8, True),
    (8, "cancelled"),
    (10, [1, 2]),
    (13, "timeout"),
]


def witness():
    # A known workload on the emptied loop: its order and results.
    trace.clear()
    clock(1000)
    _new_loop()
    _get_loop(max_overdue_ms=0, ioq_len=0)
    Loop.call_later_ms(5000, _stop_loop, "it does not end")
    try:
        result = _run_complete(witness_main())
    except BaseException as e:
        result = e
    _new_loop()
    if result != [0, 1, 2] or trace != TRACE:
        return "the witness: " + repr(result) + " " + repr(trace)


def execute(source, names):
    # Runs a program; what is wrong, or None.
    now.budget = 300
    now.fatal = 3
    now.reached = 0
    now.trouble = None
    now.draining = False
    now.missing = 0
    now.patience = 5000
    kept.clear()
    queued.clear()
    clock(1000)
    guard()
    for i in range(20):
        names["v%d" % i] = None  # where making it fails
    exec(source, names)
    restore()
    wrong = drain() or now.trouble
    restore()
    patched.clear()
    kept.clear()
    names.clear()
    return wrong or witness()
