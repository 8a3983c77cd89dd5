# Faults for every kind of wait: a subject waits, a peer waits beside it, something goes wrong, and the rest must come
# out as if nothing had. For the tests fault_*.py, which have the kinds of waits. In virtual time:
#
#   ms  0   bystanders of all levels begin; their trace must be that of a run without subject and fault
#       5   subject and peer are queued                       the fault comes here: phase "queued"
#       7   they wait                                         here: "waiting"; "behind": the peer waits longer
#      10   one() ends a wait, and nobody has had a turn yet  or here: "woken"
#      11   the peer begins, if only one task can wait
#      12   one() again while somebody waits; 14, 16 too
#      40   nothing is left
import gc
import io

import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_queue

loop = asyncio.get_event_loop(hpqlen=4)
start = 0
clock(0)
trace = []
reports = []  # what the exception handler was told
strikes = []  # the faults elsewhere that struck


def now():
    return clock() - start


# A kind of wait. use() waits and gives back what it got; one() ends the wait of who waits longest.
class Kind:
    late = False  # only one task can wait
    first = False  # who is cancelled and waits again does so before the peer
    ends = 10  # when a wait ends that one() ends; a stream may be asked a ms later (docs/behaviour.md 4.2)
    alive = 10  # when the peer's wait ends if the subject lives,
    gone = 10  # if the subject was gone before one(),
    passed = 10  # if it went when one() had chosen it

    # The same, by phase and fault; None: the subject lives.
    def peer(self, phase, fault):
        if fault is None:
            return self.alive
        return self.passed if phase == "woken" else self.gone

    # What is to be so before.
    async def begin(self):
        pass

    async def one(self):
        pass

    # What is left, and should not be.
    def left(self):
        return None


class Who:
    again = False  # what is cancelled swallows that, once, and waits again
    more = None  # its exception handler waits too, with a cancel to come

    def __init__(self, kind):
        self.said = []
        self.coro = self.run(kind)
        self.task = asyncio.create_task(self.coro)

    async def run(self, kind):
        while True:
            try:
                await kind.use()
                self.said.append((now(), "ended"))
                return
            except BaseException as er:
                self.said.append((now(), type(er).__name__))
                if self.more:
                    self.more(self)
                if not self.again:
                    raise
                self.again = False


# -- faults in the subject; each returns what the subject sees


def cancel(who):
    assert who.task.cancel() is True
    return "CancelledError"


def cancel_coro(who):
    assert asyncio.cancel(who.coro) is True
    return "CancelledError"


def cancel_twice(who):
    cancel(who)
    return cancel(who)


def cancel_swallowed(who):
    who.again = True
    return cancel(who)


# While it waits again because of the cancel, it is cancelled again.
def cancel_handler(who):
    def more(who):
        who.more = None
        loop.call_soon(who.task.cancel)

    who.more = more
    who.again = True
    return cancel(who)


# As primitives do that are written for MicroPython's asyncio.
def throw(who, exc=ValueError):
    who.task.data = exc("thrown")
    _task_queue.push(who.task)
    return exc.__name__


def throw_exit(who):
    return throw(who, SystemExit)


def close(who):
    who.coro.close()
    return "GeneratorExit"


def throw_outside(who):
    try:
        who.coro.throw(KeyError("outside"))
    except KeyError:
        pass
    return "KeyError"


AGAIN = (cancel_swallowed, cancel_handler)
OUTSIDE = (close, throw_outside)
IN_SUBJECT = (cancel, cancel_coro, cancel_twice, throw, throw_exit) + AGAIN + OUTSIDE

# -- faults elsewhere: place(exc) brings one about, and returns the task that comes to its end all the same


def strike(exc):
    strikes.append(exc)
    raise exc


def in_task(exc):
    async def bomb():
        strike(exc)

    asyncio.create_task(bomb())


def in_callback(exc):
    loop.call_soon(strike, exc)


# Raises once, and is true then.
def once(exc):
    n = len(strikes)
    return lambda: len(strikes) > n or strike(exc)


async def survives(coro):
    try:
        await coro
    except ValueError:
        pass


def in_condition(exc):
    return asyncio.create_task(survives(asyncio.when(once(exc))))


class Device(io.IOBase):
    def __init__(self, f):
        self.f = f

    def ioctl(self, request, arg):
        return arg if request == 3 and self.f() else 0


def in_ioctl(exc):
    return asyncio.create_task(survives(asyncio.readable(Device(once(exc)))))


# A callback fails, and so does the exception handler.
def in_handler(exc):
    def bad(loop, context):
        loop.set_exception_handler(report)
        strike(exc)

    loop.set_exception_handler(bad)
    loop.call_soon(lambda: 1 / 0)


# What the end of a task calls.
def in_state(exc):
    async def ends():
        pass

    task = asyncio.create_task(ends())
    task.state = lambda task, result: strike(exc)
    return task


class Call:
    def __init__(self, handle):
        self.handle = handle


def in_syscall(exc):
    def yields():
        yield Call(lambda: strike(exc))

    return asyncio.create_task(survives(yields()))


# Not a fault of anybody's, but nothing may come of it.
def harmless(exc):
    for f in (loop.run_forever, asyncio.run_until_complete):
        try:
            f()
            raise AssertionError("inside the loop")
        except RuntimeError:
            pass
    gc.collect()


PLACES = (in_task, in_callback, in_condition, in_ioctl, in_handler, in_state, in_syscall)

# -- the run


def report(loop, context):
    reports.append(type(context["exception"]).__name__)


async def tick(name, f, ms, n):
    for _ in range(n):
        await f(ms)
        called(name)


async def conditions():
    for ms in (6, 10, 13):
        await asyncio.when(lambda: now() >= ms)
        called("h")


def yields(name):
    yield 10
    for _ in range(4):
        yield
        called(name)


def called(name):
    trace.append((now(), name))


async def control(kind, phase, fault, place, exc, result):
    for c in (
        tick("n", asyncio.sleep_ms, 3, 6),
        tick("l", asyncio.after_ms, 4, 4),
        conditions(),
        yields("y"),
        yields("z"),
    ):
        asyncio.create_task(c)
    loop.call_later_ms(7, called, "c")
    loop.call_after_ms(10, called, ("d",))
    await asyncio.sleep_ms(5)
    if kind:
        k = kind()
        await k.begin()
        whos = [Who(k)]
        more = sees = None
        if not k.late:
            whos.append(Who(k))
        if phase == "behind":
            whos.reverse()
            phase = "waiting"

        def inject(at):
            nonlocal more, sees
            if phase == at:
                if fault:
                    sees = fault(whos[0])
                else:
                    more = place(exc)

        inject("queued")
        await asyncio.sleep_ms(2)
        inject("waiting")
        await asyncio.sleep_ms(3)
        if place:
            inject("woken")  # the strike comes before the turn of who is woken
        await k.one()
        if fault:
            inject("woken")
        await asyncio.sleep_ms(1)
        if k.late:
            whos.append(Who(k))
        await asyncio.sleep_ms(1)
        for _ in range(3):
            if not (whos[0].task.done() and whos[1].task.done()):
                await k.one()
            await asyncio.sleep_ms(2)
        result.extend((k, whos, more, sees))
    await asyncio.sleep_ms(40 - now())


# What is wrong with a run, as strings.
def case(kind, phase, fault, place, exc, calm):
    global start
    start = clock()
    trace.clear()
    reports.clear()
    strikes.clear()
    loop.set_exception_handler(report)
    result = []
    ended = []
    main = asyncio.create_task(control(kind, phase, fault, place, exc, result))
    while not main.done():
        try:
            loop.run_until_complete(main)
        except (Exception, SystemExit, KeyboardInterrupt) as er:
            ended.append(type(er).__name__)
            if main.done():
                raise
    wrong = []

    def check(what, got, want):
        if got != want:
            wrong.append("%s: %s, not %s" % (what, got, want))

    now_ = now()
    asyncio.run_until_complete()  # what has no end would show: it is left for the next run
    check("left in the loop, ends", now(), now_)
    if kind is None:
        return list(trace)
    check("trace", trace, calm)
    k, (subject, peer), more, sees = result
    at = {"queued": 5, "woken": 10}.get(phase, 7)
    if fault:
        said = subject.said
        peer_at = k.peer(phase, fault)
        if fault in AGAIN and phase != "queued":
            # When the second wait ends is not for here to say.
            last = said[1:]
            said = said[:1]
            ended_too = phase == "woken" and last[-1][1] == "ended"
            want = sees if fault is cancel_handler and not ended_too else "ended"
            check("subject again", [name for _, name in last], [want])
            peer_at = k.peer(phase, None if want == "ended" and k.first else fault)
        check("subject", said, [] if phase == "queued" else [(at, sees)])
        check("subject done", subject.task.done(), True)
        check("peer", peer.said, [(peer_at, "ended")])
        check("run ended", ended, ["SystemExit"] if fault is throw_exit else [])
        check("reports", reports, ["ValueError"] if fault is throw else [])
    else:
        both = [subject, peer]
        if phase == "behind":
            both.reverse()
        first = (
            10 if place is in_ioctl and phase == "woken" else k.ends
        )  # a new stream is asked at once
        want = [[(first, "ended")], [(k.peer(phase, None), "ended")]]
        check("said", [who.said for who in both], want)
        name = type(exc).__name__
        inside = name == "ValueError" and place not in (in_handler, in_state)
        check("strikes", strikes, [exc])
        check("run ended", ended, [] if inside else [name])
        want = [name] if inside and place in (in_task, in_callback) else []
        check("reports", reports, want)
        check("more", more is None or more.done(), True)
    check("left", k.left(), None)
    return wrong


# Every fault in every phase of a kind of wait; how many.
def faults(kind, calm):
    cases = 0
    for phase in ("queued", "waiting", "woken", "behind"):
        if kind.late and phase == "behind":
            continue
        for fault in IN_SUBJECT:
            cases += 1
            for line in case(kind, phase, fault, None, None, calm):
                print(kind.__name__, phase, fault.__name__, line)
        for place in PLACES:
            for exc in (ValueError, KeyboardInterrupt, SystemExit):
                cases += 1
                for line in case(kind, phase, None, place, exc(1), calm):
                    print(kind.__name__, phase, place.__name__, exc.__name__, line)
    return cases


# Injects them into every kind of wait, again and again until nothing new is kept: at most five times. What is kept each time
# is a leak. What is kept now and then is not: a dead word in the frame of a caller, left there long before, has the address of
# something that was made since, and the collector takes it for a reference.
def run(*kinds):
    calm = case(None, None, None, None, None, None)
    assert len(calm) == 23, calm
    total = 0
    for kind in kinds:
        kept = None
        memory = 0
        for _ in range(5):
            cases = faults(kind, calm)
            trace.clear()
            gc.collect()
            more = gc.mem_alloc() - memory
            memory += more
            # The first time there was nothing to compare it with.
            if kept is not None and more <= 400:
                break
            kept = more
        else:
            print(kind.__name__, "kept", more)
        print("%s: %d faults" % (kind.__name__, cases))
        total += cases
    print(total, "faults")
