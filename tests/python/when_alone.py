# A condition as the only thing the program waits for, with the default hpqlen: asked at least once
# a millisecond. (The 2017 original waited for ever, or died on the first pass.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def main():
    await asyncio.when(lambda: clock() >= 50)
    print(clock(), "main")


async def waiter(name, t):
    await asyncio.when(lambda: clock() >= t)
    print(clock(), name)


async def three():
    for name, t in (("a", 120), ("b", 60), ("c", 90)):
        asyncio.create_task(waiter(name, t))
    await asyncio.when(lambda: clock() >= 130)


asyncio.run(main())
asyncio.run(three())
print(clock())
