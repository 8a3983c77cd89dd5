# `yield n`: again in n ms; a negative n is 0, and does not overtake what is due already.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def task():
    yield 20
    print(clock(), "yield 20")
    yield 0
    print(clock(), "yield 0")
    yield -5
    print(clock(), "yield -5")


async def other():
    for _ in range(3):
        print(clock(), "other")
        await asyncio.sleep_ms(0)


async def main():
    asyncio.create_task(task())
    await asyncio.sleep_ms(20)
    await other()
    try:
        yield 1 << 40
    except OverflowError:
        print("OverflowError")


asyncio.run(main())
