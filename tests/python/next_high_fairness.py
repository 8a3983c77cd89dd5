# Between two High steps of the same task one due entry of another level runs, if there is one.
import asyncio_priority as asyncio
from asyncio_priority import HIGH
from uasyncio_priority import _mock_clock as clock

clock(0)
trace = []


async def normal(name, n):
    for _ in range(n):
        trace.append(name)
        await asyncio.sleep_ms(0)


async def low(name, n):
    for _ in range(n):
        trace.append(name)
        await asyncio.after_ms(0)


async def show():
    await asyncio.sleep_ms(1)  # the clock stands still until nothing is due any more
    print(" ".join(trace))
    trace.clear()


async def main():
    # One of each
    asyncio.create_task(normal("H", 4), level=HIGH)
    asyncio.create_task(normal("n", 4))
    await show()

    # The others in their own order
    asyncio.create_task(normal("H", 6), level=HIGH)
    for name in "abc":
        asyncio.create_task(normal(name, 2))
    await show()

    # A Low entry has its turn too when no Normal one is due.
    asyncio.create_task(normal("H", 3), level=HIGH)
    asyncio.create_task(low("l", 3))
    await show()

    # Two High ones share; the turn of the others comes before either runs again.
    asyncio.create_task(normal("G", 3), level=HIGH)
    asyncio.create_task(normal("H", 3), level=HIGH)
    asyncio.create_task(normal("n", 3))
    await show()

    # Nobody else is due.
    asyncio.create_task(normal("H", 3), level=HIGH)
    await show()


asyncio.run(main())
