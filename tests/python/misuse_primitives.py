# Primitives and waits of which an argument does not fit: TypeError or ValueError, and nothing is queued or left behind.
import asyn
import asyncio_priority as asyncio


async def c():
    print("a task was queued")


def check(want, error, call, *args, **kw):
    try:
        call(*args, **kw)
        got = "nothing raised"
    except error as e:
        got = e.args[0] if e.args else ""
    except Exception as e:
        got = repr(e)
    if got != want and not (
        want is None and got.startswith(("function", "extra"))
    ):  # MicroPython's own text
        print(call, args, kw, "\n    raised", got, "\n    not   ", want)


semaphores = (
    asyncio.Semaphore,
    asyncio.BoundedSemaphore,
    asyn.Semaphore,
    asyn.BoundedSemaphore,
)
for wrong, kind in (
    (None, "NoneType"),
    ("1", "str"),
    (1.5, "float"),
    ((), "tuple"),
    (c, "generator"),
):
    for call in semaphores:
        check("'value' must be an int, not " + kind, TypeError, call, wrong)
    for name, call in (("parties", asyncio.Barrier), ("participants", asyn.Barrier)):
        check("'%s' must be an int, not %s" % (name, kind), TypeError, call, wrong)
    check("can't convert %s to int" % kind, TypeError, asyncio.Queue, wrong)
for wrong in (-1, -(2**64), 2**30, 2**64):
    for call in semaphores:
        check("'value' must be 0 to 1073741823", ValueError, call, wrong)
for wrong in (0, -1, -(2**64), 2**30):
    check("'parties' must be 1 to 1073741823", ValueError, asyncio.Barrier, wrong)
    check("'participants' must be 1 to 1073741823", ValueError, asyn.Barrier, wrong)
check("'func' must be callable, not int", TypeError, asyn.Barrier, 2, 5)
check("'level' must be an int, not str", TypeError, asyncio.Semaphore, 1, "1")
check("released more than acquired", ValueError, asyncio.BoundedSemaphore().release)
s = asyncio.BoundedSemaphore(0)
check("released more than acquired", ValueError, s.release)
check("task_done() called too many times", ValueError, asyncio.Queue().task_done)
check("Lock not acquired", RuntimeError, asyncio.Condition().notify)


async def notified():
    condition = asyncio.Condition()
    async with condition:
        for wrong in ("x", None, 1.5):
            text = "'n' must be an int, not " + type(wrong).__name__
            check(text, TypeError, condition.notify, wrong)
        check("'n' must be 0 to 1073741823", ValueError, condition.notify, -1)
        condition.notify(0)  # nobody


asyncio.run(notified())
for wrong in (1, 2):
    check(None, TypeError, asyncio.Lock, *range(wrong))
    check(None, TypeError, asyncio.ThreadSafeFlag, *range(wrong))
for cls in (asyncio.Lock, asyncio.ThreadSafeFlag, asyncio.Event, asyncio.WaitQueue, asyncio.Queue):
    check(None, TypeError, cls, value=1)
for cls in (asyncio.Lock, asyncio.ThreadSafeFlag, asyncio.Queue):
    check(None, TypeError, cls, level=1)
check("", asyncio.QueueEmpty, asyncio.Queue().get_nowait)
full = asyncio.Queue(1)
full.put_nowait(1)
check("", asyncio.QueueFull, full.put_nowait, 2)
for module in ("asyncio", "uasyncio"):
    get = __import__(module).get_event_loop
    check(None, TypeError, get, 1, 2, 3, 4, 5)
    check(None, TypeError, get, 1, runq_len=1)
    check("'lp_len' must be an int, not str", TypeError, get, 1, 2, 3, "4")


async def waits():
    # These say so when they are awaited.
    async def check(want, error, coro):
        try:
            await coro
            got = "nothing raised"
        except error as e:
            got = e.args[0]
        except Exception as e:
            got = repr(e)
        if got != want:
            print(coro, "\n    raised", got, "\n    not   ", want)

    text = "must be an int or float (s), not "
    for text, f, *args in (
        ("'timeout' " + text + "str", asyncio.wait_for, asyncio.sleep(0), "1"),
        ("'timeout' must be an int (ms), not float", asyncio.wait_for_ms, asyncio.sleep(0), 1.0),
        ("'delay' " + text + "list", asyncio.timeout, []),
        ("'delay' must be an int (ms), not float", asyncio.timeout_ms, 1.0),
        ("'when' must be an int (ticks), not float", asyncio.timeout_at, 1.0),
        ("awaitable expected, not list", asyncio.wait_for, [c()], 1),
        ("awaitable expected, not tuple", asyncio.wait_for, (), 1),
        ("awaitable expected, not NoneType", asyncio.wait_for, None, 1),
        ("awaitable expected, not int", asyncio.wait_for_ms, 5, None),
        ("awaitable expected, not str", asyncio.wait_for_ms, "c", None),
        ("awaitable expected, not a function that was not called", asyncio.wait_for, c, 1),
        ("awaitable expected, not a function that was not called", asyncio.wait_for, lambda: 1, 1),
    ):
        try:
            f(*args)
            print("not refused:", f, args)
        except TypeError as er:
            if er.args[0] != text:
                print(er, "not", text)
    await check("can't gather", RuntimeError, asyncio.gather(asyncio.current_task()))
    for wrong in (5, None, "c", c):
        try:
            await asyncio.gather(wrong)
            print(wrong)
        except TypeError:
            pass


asyncio.run(waits())
asyncio.run_until_complete()
print("done")
