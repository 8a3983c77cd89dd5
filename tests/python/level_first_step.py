# The level of a new task is that of its first step too; due at once, they run High, Normal, Low.
import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW, NORMAL
from uasyncio_priority import _mock_clock as clock

clock(0)


async def sleeper(name):
    print(clock(), name, "starts")
    await asyncio.sleep_ms(10)
    print(clock(), name)


async def main():
    for name, level in (("low", LOW), ("normal", NORMAL), ("high", HIGH)):
        t = asyncio.create_task(sleeper(name), level=level)
        print(name, t.level == level)
    print(asyncio.create_task(sleeper("default")).level == NORMAL)
    await asyncio.sleep_ms(20)


asyncio.run(main())
