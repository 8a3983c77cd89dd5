# set_level() is good for the wake-ups that are queued after it.
import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW, NORMAL

trace = []


async def changes(level):
    for i in range(4):
        trace.append("T")
        if i == 1:
            asyncio.current_task().set_level(level)
        await asyncio.sleep(0)
    asyncio.current_task().set_level(NORMAL)


async def normal():
    for _ in range(6):
        trace.append("n")
        await asyncio.sleep(0)


async def main():
    for level in (LOW, HIGH, NORMAL):
        t = asyncio.create_task(changes(level))
        await asyncio.gather(t, asyncio.create_task(normal()))
        print(" ".join(trace), t.level == NORMAL)
        trace.clear()
    # From outside, while it sleeps
    t = asyncio.create_task(changes(LOW))
    t.set_level(HIGH)
    print(t.level == HIGH)
    await t


asyncio.run(main())
