# A task and one that awaited it, both forgotten by new_event_loop(): each is cancelled for itself, and ends.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def sleeps():
    await asyncio.sleep_ms(1_000_000)


async def awaits(task):
    await task


def pair():
    a = asyncio.create_task(sleeps())
    b = asyncio.create_task(awaits(a))
    asyncio.run(asyncio.sleep_ms(1))
    asyncio.new_event_loop()
    return a, b


for first, second in ((0, 1), (1, 0)):
    tasks = pair()
    print(tasks[first].cancel(), tasks[second].cancel())
    asyncio.run(asyncio.sleep_ms(1))
    print([task.done() for task in tasks])
