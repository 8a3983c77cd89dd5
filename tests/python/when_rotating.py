# Conditions that are always true share evenly, and leave every third step to the others.
# (The 2017 original served one of them 1001 times and the other never.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
trace = []
go = False


async def urgent(name):
    for _ in range(3):
        await asyncio.when(lambda: go)
        trace.append(name)


async def normal():
    for _ in range(3):
        trace.append("n")
        await asyncio.sleep_ms(0)


async def main():
    global go
    for others in (True, False):
        asyncio.create_task(urgent("a"))
        asyncio.create_task(urgent("b"))
        await asyncio.sleep_ms(1)  # both wait
        if others:
            asyncio.create_task(normal())
        go = True
        await asyncio.sleep_ms(1)  # until nothing is due any more
        go = False
        print(" ".join(trace))
        trace.clear()


asyncio.run(main())
