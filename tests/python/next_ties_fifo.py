# Equal due times run in the order in which they were queued, tasks and callbacks alike.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def at_5():
    await asyncio.sleep_ms(5)
    await asyncio.sleep_ms(5)
    print(clock(), "task queued at 5")


async def at_5_callback():
    await asyncio.sleep_ms(5)
    loop.call_later_ms(5, print, "callback queued at 5, later")


async def at_0():
    await asyncio.sleep_ms(10)
    print(clock(), "task queued at 0")


async def main():
    asyncio.create_task(at_5())
    asyncio.create_task(at_5_callback())
    asyncio.create_task(at_0())
    await asyncio.sleep_ms(20)


asyncio.run(main())
