# wait(): its three conditions, and a time-out that cancels nothing. The exception of a task is not reported: who waits finds it.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def work(ms, error=None):
    await asyncio.sleep_ms(ms)
    if error:
        raise error
    return ms


def names(tasks):
    return sorted(t.get_name() for t in tasks)


async def case(what, times, **kw):
    clock(0)
    tasks = []
    for i, ms in enumerate(times):
        coro = work(abs(ms), ValueError(ms) if ms < 0 else None)
        tasks.append(asyncio.create_task(coro, name=str(i)))
    done, pending = await asyncio.wait(tasks, **kw)
    errors = [e for e in (t.exception() for t in done) if e]
    print(what, clock(), names(done), names(pending), type(done).__name__, errors)
    for t in pending:
        t.cancel()
    await asyncio.sleep_ms(0)


ALL = {"return_when": asyncio.ALL_COMPLETED}
FIRST = {"return_when": asyncio.FIRST_COMPLETED}
EXCEPTION = {"return_when": asyncio.FIRST_EXCEPTION}


async def main():
    await case("all", (30, 10, 20))
    await case("all", (30, -10, 20), **ALL)
    await case("first", (30, 10, 20), **FIRST)
    await case("first two", (30, 10, 10), **FIRST)
    await case("first exception", (30, 10, -20), **EXCEPTION)
    await case("no exception", (30, 10, 20), **EXCEPTION)
    await case("time-out", (30, 10, 20), timeout=0.0255)
    await case("time-out", (30, 10, 20), timeout=0.0055)
    await case("no time", (30, 0, 20), timeout=0)
    await case("time enough", (30, 10, 20), timeout=5, **FIRST)

    # A cancelled task is no exception; it is done.
    a = asyncio.create_task(work(10), name="a")
    b = asyncio.create_task(work(20), name="b")
    asyncio.Loop.call_later_ms(5, a.cancel)
    done, pending = await asyncio.wait({a, b}, **EXCEPTION)
    print("cancelled", names(done), a.cancelled(), b.result())
    # Those that ended before count.
    done, pending = await asyncio.wait([a, b], **FIRST)
    print("ended before", names(done))
    # One task may be waited for by several, and awaited.
    c = asyncio.create_task(work(10), name="c")
    d = asyncio.create_task(asyncio.wait([c]), name="d")
    e = asyncio.create_task(asyncio.wait([c, c]), name="e")
    print(await c, names((await d)[0]), names((await e)[0]))
    # A cancel of the waiter leaves them running, and what ends later wakes nobody.
    c = asyncio.create_task(work(10))
    d = asyncio.create_task(asyncio.wait([c]))
    await asyncio.sleep_ms(5)
    d.cancel()
    try:
        await d
    except asyncio.CancelledError:
        print("cancelled", c.done(), await c)

    # It is cancelled in the very pass in which the task ends: the next sleep has its whole length.
    async def sleeps_on(task):
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            clock(0)
            await asyncio.sleep_ms(100)
            print("slept", clock())

    c = asyncio.create_task(work(10))
    d = asyncio.create_task(sleeps_on(c))
    asyncio.Loop.call_later_ms(10, lambda: d.cancel())
    await d

    for wrong in ([], [work(1)], [work], work(1), asyncio.create_task(work(1)), 5, [5]):
        try:
            await asyncio.wait(wrong)
        except (TypeError, ValueError) as er:
            print(type(er).__name__, er)
    for kw in ({"return_when": "x"}, {"timeout": "x"}, {"timeout": 1e9}):
        try:
            await asyncio.wait([asyncio.create_task(work(0))], **kw)
        except (TypeError, ValueError) as er:
            print(type(er).__name__, er)
        except OverflowError:
            print("OverflowError")


asyncio.run(main())
