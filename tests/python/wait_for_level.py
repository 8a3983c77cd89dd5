# What wait_for() and gather() run on behalf of a Low task runs at Low too, and so for High.
# (Between two High steps of one task, one of the others runs.)
import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW

trace = []


async def inner():
    for _ in range(2):
        trace.append("inner")
        await asyncio.sleep_ms(0)


async def waits():
    await asyncio.wait_for(inner(), 100)


async def gathers():
    await asyncio.gather(inner())


async def normal():
    for _ in range(3):
        trace.append("n")
        await asyncio.sleep_ms(0)


async def main():
    for f in (waits, gathers):
        t = asyncio.create_task(f(), level=LOW)
        await asyncio.create_task(normal())
        await t
        print(" ".join(trace))
        trace.clear()
    asyncio.create_task(normal())
    await asyncio.create_task(gathers(), level=HIGH)
    print(" ".join(trace))


asyncio.run(main())
