# A library's coroutine that only knows sleep(0) runs at low priority if its task does.
import asyncio_priority as asyncio
from asyncio_priority import LOW

trace = []


async def library():
    for _ in range(3):
        trace.append("library")
        await asyncio.sleep(0)


async def ours():
    for _ in range(3):
        trace.append("ours")
        await asyncio.sleep(0)


async def main():
    t = asyncio.create_task(library(), level=LOW)
    await asyncio.create_task(ours())
    await t
    print(" ".join(trace))


asyncio.run(main())
