# A delay, a time or a callback of the wrong type or size: the error names the argument, says what it must be, and nothing
# is queued.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()
S = "'%s' must be an int or float (s), not %s"
MS = "'%s' must be an int (ms), not %s"
TICKS = "'%s' must be an int (ticks), not %s"
CALL = "'callback' must be callable, not %s"
ARGS = "'args' must be a tuple or an iterable, not %s"


def f():
    print("a callback was queued")


async def c():
    print("a task was queued")


def text_of(error, call, *args, **kw):
    try:
        call(*args, **kw)
    except error as e:
        return e.args[0]
    except Exception as e:
        return repr(e)
    return "nothing raised"


def check(want, error, call, *args, **kw):
    got = text_of(error, call, *args, **kw)
    if got != want:
        print(call, args, kw, "\n    raised", got, "\n    not   ", want)


def delays(text, name, call, *rest):
    for wrong, kind in (
        (None, "NoneType"),
        ("1", "str"),
        (b"1", "bytes"),
        ((), "tuple"),
        (f, "function"),
    ):
        check(text % (name, kind), TypeError, call, wrong, *rest)
    if text is MS:
        check(MS % (name, "float"), TypeError, call, 1.0, *rest)
    if text is not TICKS:
        for over in (
            (2**30, 2**31, 2**64) if text is MS else (2**30, 1e9, float("inf"), float("nan"))
        ):
            got = text_of(OverflowError, call, over, *rest)
            if (
                not got.startswith("'" + name + "' is over the longest delay, ")
                or got[-3:] != " ms"
            ):
                print(call, over, got)


delays(S, "t", asyncio.sleep)
delays(MS, "t", asyncio.sleep_ms)
delays(S, "t", asyncio.after)
delays(MS, "t", asyncio.after_ms)
delays(S, "delay", loop.call_later, f)
delays(MS, "delay", loop.call_later_ms, f)
delays(S, "delay", loop.call_after, f)
delays(MS, "delay", loop.call_after_ms, f)
delays(TICKS, "when", loop.call_at, f)
delays(TICKS, "time", loop.call_at_, f)
delays(TICKS, "key", lambda key: asyncio.core._task_queue.push(asyncio.Task(c()), key))
for wrong in ("1", 1.5, b""):
    check(MS % ("t", type(wrong).__name__), TypeError, loop.max_overdue_ms, wrong)
    check(
        MS % ("max_overdue_ms", type(wrong).__name__),
        TypeError,
        asyncio.get_event_loop,
        max_overdue_ms=wrong,
    )

for wrong, kind in ((None, "NoneType"), (5, "int"), ("f", "str"), ((), "tuple"), (loop, "Loop")):
    check(CALL % kind, TypeError, asyncio.when, wrong)
    check(CALL % kind, TypeError, asyncio.when, wrong, 1, 2)
    check(CALL % kind, TypeError, loop.call_soon, wrong)
    check(CALL % kind, TypeError, loop.call_soon_threadsafe, wrong)
    check(CALL % kind, TypeError, loop.call_soon_threadsafe, wrong, 1)
    check(CALL % kind, TypeError, loop.call_later, 0, wrong)
    check(CALL % kind, TypeError, loop.call_later_ms, 0, wrong)
    check(CALL % kind, TypeError, loop.call_at, 0, wrong)
    check(CALL % kind, TypeError, loop.call_at_, 0, wrong)
    check(CALL % kind, TypeError, loop.call_after, 0, wrong)
    check(CALL % kind, TypeError, loop.call_after_ms, 0, wrong)
    if wrong is not None:
        check(
            "'handler' must be callable, not " + kind, TypeError, loop.set_exception_handler, wrong
        )
for wrong in (None, 5, 1.5, f):
    kind = type(wrong).__name__
    check(ARGS % kind, TypeError, loop.call_at_, 0, f, wrong)
    check(ARGS % kind, TypeError, loop.call_after_ms, 0, f, wrong)
    check(ARGS % kind, TypeError, loop.call_after_ms, 0, callback=f, args=wrong)

# Wrong numbers of arguments, and keywords where there are none or others: TypeError, and nothing is queued.
for call, args, kw in (
    (asyncio.sleep, (), {}),
    (asyncio.sleep, (1, 2), {}),
    (asyncio.sleep_ms, (), {"t": 1}),
    (asyncio.after, (1,), {"x": 1}),
    (asyncio.when, (), {}),
    (asyncio.when, (), {"callback": f}),
    (loop.call_soon, (), {}),
    (loop.call_soon, (f,), {"x": 1}),
    (loop.call_soon_threadsafe, (), {}),
    (loop.call_later, (1,), {}),
    (loop.call_later_ms, (), {}),
    (loop.call_after, (1,), {}),
    (loop.call_after_ms, (1,), {}),
    (loop.call_after_ms, (1, f, (), 2), {}),
    (loop.call_after_ms, (1, f), {"x": 1}),
    (loop.call_at, (1,), {}),
    (loop.call_at_, (1, f, (), 2), {}),
    (loop.stop, (1,), {}),
    (loop.time, (1,), {}),
    (loop.max_overdue_ms, (1, 2), {}),
    (loop.run_forever, (1,), {}),
    (loop.is_running, (1,), {}),
    (loop.set_exception_handler, (), {}),
):
    if text_of(TypeError, call, *args, **kw).startswith(("nothing", "Runtime")):
        print(call, args, kw)

asyncio.run_until_complete()
print("done")
