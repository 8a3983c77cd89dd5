# A cancel of the caller reaches both it and what it awaits.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def inner(ignores):
    try:
        await asyncio.sleep_ms(100)
    except asyncio.CancelledError:
        print(clock(), "inner cancelled")
        if not ignores:
            raise


async def outer(ignores):
    try:
        await asyncio.wait_for_ms(inner(ignores), 50)
        print("outer goes on")
    except asyncio.CancelledError:
        print(clock(), "outer cancelled")
        raise


async def main():
    for ignores in (False, True):
        t = asyncio.create_task(outer(ignores))
        await asyncio.sleep_ms(10)
        print(t.cancel())
        try:
            await t
        except asyncio.CancelledError:
            print(clock(), "joined")
        await asyncio.sleep_ms(60)

    # What is awaited is cancelled by somebody else.
    t = asyncio.create_task(inner(False))
    asyncio.get_event_loop().call_later_ms(10, t.cancel)
    try:
        await asyncio.wait_for_ms(t, 50)
    except asyncio.CancelledError:
        print(clock(), "CancelledError from inner")


asyncio.run(main())
