# Names of tasks: create_task(name=), set_name(), get_name(). A task with a name is in all else like any other.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def work(ms=10):
    await asyncio.sleep_ms(ms)
    return asyncio.current_task().get_name()


async def main():
    a = asyncio.create_task(work(), name="a")
    b = asyncio.Loop.create_task(work(), asyncio.LOW, name=5)
    c = asyncio.create_task(work())
    print(
        a.get_name(),
        b.get_name(),
        b.level,
        c.get_name() == "work" or c.get_name().startswith("Task-"),
    )
    await asyncio.sleep_ms(1)
    c.set_name("c")
    c.set_name(["c"])
    print(await a, await b, await c, a.get_name())
    # It is found by its coroutine, woken, cancelled and joined, and its coroutine may be no generator.
    coro = work(1000)
    d = asyncio.create_task(coro, name="d")
    await asyncio.sleep_ms(0)
    print(d.coro is coro, asyncio.Loop.call_soon(coro) is d, await d)
    d = asyncio.create_task(work(1000), name="d")
    await asyncio.sleep_ms(0)
    print(asyncio.cancel(d.coro), d.coro is asyncio.Loop.cur_task)
    await asyncio.sleep_ms(0)
    print(d.cancelled())
    event = asyncio.Event()
    e = asyncio.create_task(event.wait(), name="e")
    await asyncio.sleep_ms(0)
    event.set()
    print(await e, e.coro is event)
    f = asyncio.Task(work())
    f.set_name("f")
    asyncio.wake(f)
    print(await f)
    asyncio.current_task().set_name("main")
    print(await work(), asyncio.Loop.cur_task is asyncio.current_task().coro)
    for wrong in ((work(), 0, "a"), (work(), "a")):
        try:
            asyncio.create_task(*wrong)
        except TypeError as er:
            print(er)


asyncio.run(main())
