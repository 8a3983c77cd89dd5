# wait_for() in seconds, wait_for_ms() in milliseconds: the value or the exception of what is
# awaited if that ends in time; None: no limit. Coroutines, tasks and awaitables can be awaited.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def value(x, ms):
    await asyncio.sleep_ms(ms)
    return x


async def error(x):
    raise ValueError(x)


async def waits(t):
    return await t


async def main():
    print(await asyncio.wait_for_ms(value(1, 10), 20), clock())
    print(await asyncio.wait_for(value(2, 10), 0.0205), clock())
    print(await asyncio.wait_for(value(3, 10), None), clock())
    print(await asyncio.wait_for_ms(value(4, 10), None), clock())
    t = asyncio.create_task(value(5, 10))
    w = asyncio.create_task(waits(t))  # others may wait for it too
    print(await asyncio.wait_for(t, 1), await w, clock())
    print(await asyncio.wait_for(t, 1), clock())
    print(await asyncio.wait_for_ms(asyncio.sleep_ms(10), 20), clock())
    for x in (error, None):
        try:
            await asyncio.wait_for(error(x), 1)
        except ValueError as er:
            print(clock(), "ValueError")
    # What needs no time is in time.
    print(await asyncio.wait_for_ms(value(6, 0), 5), clock())


asyncio.run(main())
