# Each call keeps its own time, also if it is awaited later. As in V3 the time runs from the call.
# (In the originals the later call overwrote the earlier one.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
done = False


async def main():
    global done
    a = asyncio.sleep_ms(50)
    b = asyncio.sleep_ms(10)
    await b
    print(clock(), "b")
    await a
    print(clock(), "a")

    clock(0)
    a = asyncio.after_ms(50)
    b = asyncio.sleep_ms(30)
    c = asyncio.after_ms(10)
    await c
    print(clock(), "c")
    await b
    print(clock(), "b")
    await a
    print(clock(), "a")

    clock(0)
    a = asyncio.when(lambda: clock() >= 20)
    b = asyncio.when(lambda: clock() >= 10)
    await b
    print(clock(), "b")
    await a
    print(clock(), "a")

    # Made here, awaited there, while others make more
    clock(0)
    tasks = [asyncio.create_task(awaits(asyncio.sleep_ms(ms))) for ms in (30, 20, 10)]
    await asyncio.sleep_ms(40)
    print(clock(), [t.done() for t in tasks])


async def awaits(aw):
    await aw
    print(clock(), "awaited")


asyncio.run(main())
