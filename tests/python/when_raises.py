# An exception of the condition goes to the task that waits; the condition is not asked again.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
asked = 0


def bad():
    global asked
    asked += 1
    if clock() >= 20:
        raise ValueError("from the condition")
    return False


async def catches():
    try:
        await asyncio.when(bad)
    except ValueError as er:
        print(clock(), "caught:", er)
    await asyncio.sleep_ms(10)
    print(clock(), "goes on")


async def dies():
    await asyncio.when(bad)


async def main():
    await catches()
    try:
        await asyncio.create_task(dies())
    except ValueError as er:
        print(clock(), "joined:", er)
    n = asked
    await asyncio.sleep_ms(10)
    print(clock(), asked - n)


asyncio.run(main())
