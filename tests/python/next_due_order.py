# The earliest due time runs first, whatever the order of the calls; equal ones in that order.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def sleeper(name, ms):
    await asyncio.sleep_ms(ms)
    print(clock(), name)


async def main():
    for name, ms in (("a", 30), ("b", 10), ("c", 20), ("d", 10)):
        asyncio.create_task(sleeper(name, ms))
    await asyncio.sleep_ms(40)
    print(clock(), "main")


asyncio.run(main())
