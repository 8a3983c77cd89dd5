# Without return_exceptions the first exception ends the gather and the others go on; with it,
# exceptions are results like others.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def value(x, ms):
    try:
        await asyncio.sleep_ms(ms)
        print(clock(), "ends", x)
        return x
    except asyncio.CancelledError:
        print(clock(), "cancelled", x)
        raise


async def error(x, ms):
    await asyncio.sleep_ms(ms)
    raise ValueError(x)


async def gather(*aws, **kw):
    try:
        values = await asyncio.gather(*aws, **kw)
        print(clock(), values)
    except (ValueError, asyncio.CancelledError) as er:
        print(clock(), repr(er))


async def main():
    t = asyncio.create_task(value(1, 30))
    await gather(t, error(2, 10), error(3, 20))
    print(t.done())
    await t

    await gather(value(1, 30), error(2, 10), return_exceptions=True)

    # One that is cancelled counts as an exception.
    for kw in ({}, {"return_exceptions": True}):
        t = asyncio.create_task(value(1, 30))
        asyncio.get_event_loop().call_later_ms(10, t.cancel)
        await gather(t, value(2, 20), **kw)
        await asyncio.sleep_ms(20)

    # One that has failed before
    t = asyncio.create_task(error(4, 0))
    await asyncio.gather(t, return_exceptions=True)
    await gather(value(5, 10), t)
    await asyncio.sleep_ms(20)
    await gather(value(6, 10), t, return_exceptions=True)


asyncio.get_event_loop().set_exception_handler(lambda loop, context: print("not retrieved"))
asyncio.run(main())
