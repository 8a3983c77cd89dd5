# Seconds are int or float, and are cut to whole milliseconds.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock


async def main():
    for f in (asyncio.sleep, asyncio.after):
        for t in (2, 1.5, 0.25, 0.0156, 0, 0.0):
            clock(0)
            await f(t)
            print(t, clock())


asyncio.run(main())
