# A low-priority delay as the only thing the program waits for.
# (The 2017 original waited for ever when no Normal entry was left.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def main():
    await asyncio.after_ms(50)
    print(clock(), "after_ms(50)")
    await asyncio.after(1.5)
    print(clock(), "after(1.5)")
    await asyncio.after(0)
    print(clock(), "after(0)")


asyncio.run(main())
