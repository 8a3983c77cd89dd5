# An exception handler that fails, meddles with the loop or never ends, and exceptions that cannot be printed: the run may
# end with what it raised, and the next one goes on where that was.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()
trace = []


async def worker(name, f):
    for n in range(5):
        await f(2)
        trace.append((clock() - start, name, n))
    ended.append(name)


async def fails(exc):
    await asyncio.sleep_ms(4)
    raise exc


class Unprintable(Exception):
    def __str__(self):
        raise OSError("no text")

    __repr__ = __str__


def steady():
    return [
        (t, name, n) for n, t in enumerate((2, 4, 6, 8, 10)) for name in ("high", "normal", "low")
    ]


# The handler is called for a callback and for a task, in the middle of what others do. What each run ended with.
def case(name, handler, exc=ValueError("fault")):
    global start, ended
    start = clock()
    ended = []
    trace.clear()
    loop.set_exception_handler(handler)
    for level, f in (
        (asyncio.HIGH, asyncio.sleep_ms),
        (asyncio.NORMAL, asyncio.sleep_ms),
        (asyncio.LOW, asyncio.after_ms),
    ):
        which = ("high", "normal", "low")[level]
        asyncio.create_task(worker(which, f), level=level)
    loop.call_later_ms(3, raises, exc)
    asyncio.create_task(fails(exc))
    ends = []
    while True:
        try:
            asyncio.run_until_complete()
            break
        except BaseException as er:
            ends.append(type(er).__name__)
    print(name, ends, ended, "" if trace == steady() else trace)
    assert all(asyncio._exc_context[key] is None for key in ("exception", "future"))


def raises(exc):
    raise exc


def tells(loop, context):
    told.append((context["message"], type(context["exception"]).__name__, bool(context["future"])))


told = []
case("tells", tells)
print(told)
case("raises", lambda loop, context: raises(OSError(5)))
case("raises the same", lambda loop, context: raises(context["exception"]))
case("ends", lambda loop, context: raises(SystemExit))
case("interrupts", lambda loop, context: raises(KeyboardInterrupt))
case("cancels", lambda loop, context: raises(asyncio.CancelledError))
case("stops", lambda loop, context: raises(StopIteration))
case("calls itself", lambda loop, context: loop.call_exception_handler(context))
case("takes no arguments", lambda: None)
case("runs", lambda loop, context: loop.run_forever())
case("new loop", lambda loop, context: asyncio.new_event_loop())
case("awaits", lambda loop, context: next(asyncio.sleep_ms(1)))


def replaces(loop, context):
    loop.set_exception_handler(tells)
    tells(loop, context)


told.clear()
case("replaces itself", replaces)
print(told)


# More of the same: another failure, a task that is cancelled, one that ends, and a context of its own.
def meddles(loop, context):
    count.append(type(context["exception"]).__name__)
    if len(count) < 4:
        loop.call_soon(raises, KeyError(1))
        asyncio.create_task(asyncio.sleep_ms(1))
        t = asyncio.create_task(fails(KeyError))
        t.cancel()
        loop.call_exception_handler({"message": "own", "exception": IndexError(2), "future": None})


count = []
case("meddles", meddles)
print(count)


# The default handler prints, and not all can be printed. (A coroutine's address is not the same everywhere.)
def prints(context):
    context["future"] = 0
    loop.default_exception_handler(context)


case("unprintable", lambda loop, context: prints(context), Unprintable())
loop.set_exception_handler(None)
for context in ({}, {"message": 1}, {"exception": 5}, {"future": 7}):
    loop.call_exception_handler(context)
for context in (None, 5, [], "x"):
    try:
        loop.call_exception_handler(context)
    except TypeError as er:
        print(er)
