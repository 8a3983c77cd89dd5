# A bare `yield` is over with the step behind it: a task that then says `yield False` stays parked, whatever
# else runs.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def parks():
    yield
    print("second step")
    yield False
    print("never")


async def main():
    task = asyncio.create_task(parks())
    await asyncio.sleep_ms(10)
    await asyncio.sleep_ms(10)
    print(clock(), task.done())
    task.cancel()
    await asyncio.sleep_ms(10)
    print(clock(), task.done())


asyncio.run(main())
