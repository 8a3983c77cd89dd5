# A cancel of the gather cancels what it still waits for, and only that.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def value(x, ms):
    try:
        await asyncio.sleep_ms(ms)
        print(clock(), "ends", x)
    except asyncio.CancelledError:
        print(clock(), "cancelled", x)
        raise


async def gathers(*aws, **kw):
    try:
        await asyncio.gather(*aws, **kw)
    except asyncio.CancelledError:
        print(clock(), "gather cancelled")
        raise


async def main():
    for kw in ({}, {"return_exceptions": True}):
        t = asyncio.create_task(gathers(value(1, 10), value(2, 30), value(3, 40), **kw))
        await asyncio.sleep_ms(20)
        t.cancel()
        try:
            await t
        except asyncio.CancelledError:
            print(clock(), "joined")
        await asyncio.sleep_ms(20)


asyncio.run(main())
