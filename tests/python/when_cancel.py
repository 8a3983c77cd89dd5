# A condition is cancelled and timed out like any other await, and is not asked any more then.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
asked = 0


def never():
    global asked
    asked += 1
    return False


async def waiter():
    try:
        await asyncio.when(never)
    except asyncio.CancelledError:
        print(clock(), "cancelled")
        raise


async def main():
    t = asyncio.create_task(waiter())
    await asyncio.sleep_ms(10)
    print(t.cancel())
    try:
        await t
    except asyncio.CancelledError:
        print(clock(), "joined")

    for aw in (waiter(), asyncio.when(never)):
        try:
            await asyncio.wait_for_ms(aw, 20)
        except asyncio.TimeoutError:
            print(clock(), "TimeoutError")

    n = asked
    await asyncio.sleep_ms(10)
    print(clock(), asked - n)


asyncio.run(main())
