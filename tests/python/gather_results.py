# gather() gives the values in the order of its arguments, whatever the order of the ends.
# What can be waited for: coroutines, tasks, ended tasks, awaitables; nothing at all; one task twice.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def value(x, ms):
    await asyncio.sleep_ms(ms)
    print(clock(), "ends", x)
    return x


async def main():
    print(await asyncio.gather(value(1, 30), value(2, 10), value(3, 20)), clock())
    print(await asyncio.gather(), clock())
    ended = asyncio.create_task(value(4, 0))
    await asyncio.sleep_ms(10)
    t = asyncio.create_task(value(5, 10))
    print(await asyncio.gather(ended, t, t, asyncio.sleep_ms(20)), clock())
    print(await asyncio.gather(ended), clock())
    print(await asyncio.create_task(asyncio.gather(value(6, 10))), clock())


asyncio.run(main())
