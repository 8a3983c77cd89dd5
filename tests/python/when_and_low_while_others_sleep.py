# Conditions and Low delays wake in time though the next Normal entry is due much later.
# (The 2017 original saw the condition when the next timer fired: 301 ms instead of 50.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def condition():
    await asyncio.when(lambda: clock() >= 50)
    print(clock(), "condition")


async def low():
    await asyncio.after_ms(80)
    print(clock(), "low")


async def main():
    asyncio.create_task(condition())
    asyncio.create_task(low())
    await asyncio.sleep_ms(300)
    print(clock(), "main")


asyncio.run(main())
