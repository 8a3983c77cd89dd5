# V2's cancel() finds the task that runs a coroutine; it takes a task too.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def sleeps(name):
    try:
        await asyncio.sleep_ms(100)
        print(clock(), name, "slept")
    except asyncio.CancelledError:
        print(clock(), name, "cancelled")
        raise


async def main():
    loop = asyncio.get_event_loop()
    coros = [sleeps(name) for name in "abc"]
    for c in coros:
        loop.create_task(c)
    d = loop.create_task(sleeps("d"))
    await asyncio.sleep_ms(10)
    print(asyncio.cancel(coros[1]), asyncio.cancel(d))
    await asyncio.sleep_ms(10)
    print(asyncio.cancel(coros[1]), asyncio.cancel(d))
    await asyncio.sleep_ms(100)
    print(asyncio.cancel(coros[0]))


asyncio.run(main())
