# Low entries run when no Normal entry is due, however long they have been due.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def low():
    await asyncio.after_ms(10)
    print(clock(), "low")


async def normal():
    await asyncio.sleep_ms(10)
    print(clock(), "normal")


async def busy():
    for _ in range(4):
        clock(clock() + 5)
        await asyncio.sleep_ms(0)
    print(clock(), "busy ends")


async def main():
    # Due at the same time, and low was queued first: normal wins.
    asyncio.create_task(low())
    asyncio.create_task(normal())
    await asyncio.sleep_ms(20)

    # Due in the middle of busy(), which always has a Normal entry due.
    asyncio.create_task(low())
    asyncio.create_task(busy())
    await asyncio.sleep_ms(30)


asyncio.run(main())
