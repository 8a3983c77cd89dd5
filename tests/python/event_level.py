# An event of level LOW wakes its waiters when no Normal entry is due, one of level HIGH before
# them; without a level, each at its own.
import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW, NORMAL
from uasyncio_priority import _mock_clock as clock

clock(0)

trace = []


async def waiter(event):
    await event.wait()
    trace.append("waiter")


async def normal():
    for _ in range(2):
        trace.append("n")
        await asyncio.sleep_ms(0)


async def main():
    for event in (
        asyncio.Event(),
        asyncio.Event(level=HIGH),
        asyncio.Event(NORMAL),
        asyncio.Event(level=LOW),
    ):
        asyncio.create_task(waiter(event))
        await asyncio.sleep_ms(1)
        asyncio.create_task(normal())
        event.set()
        await asyncio.sleep_ms(1)
        print(" ".join(trace))
        trace.clear()


asyncio.run(main())
