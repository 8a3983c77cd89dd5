# What a task gets from a bare yield is always None, however it was started or revived.
# (The 2017 original sent a value again and again.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)

loop = asyncio.get_event_loop()


async def task(name):
    print(name, (yield))
    print(name, (yield 1))
    print(name, (yield asyncio.sleep_ms(1)))
    print(name, (yield False))


async def main():
    c = task("c")
    loop.call_soon(c)
    await asyncio.sleep_ms(20)
    loop.call_soon(c)
    await asyncio.sleep_ms(1)


asyncio.run(main())
