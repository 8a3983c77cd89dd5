# A sleeper whose time comes in the middle of a round of ready tasks runs before those that were
# queued after that moment, and after those that were queued before it.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def sleeper():
    await asyncio.sleep_ms(7)
    print(clock(), "sleeper")


async def busy(name):
    for _ in range(2):
        clock(clock() + 5)
        print(clock(), name)
        await asyncio.sleep_ms(0)


async def main():
    asyncio.create_task(sleeper())
    for name in "ABC":
        asyncio.create_task(busy(name))
    await asyncio.sleep_ms(100)


asyncio.run(main())
