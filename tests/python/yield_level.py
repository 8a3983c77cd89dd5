# `yield after_ms(0)` and `yield after(0)` (V2) land at low level as `await` of them does, whatever the task's own.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


def low(make, trace):
    for _ in range(3):
        trace.append("L")
        yield make()


async def awaits(make, trace):
    for _ in range(3):
        trace.append("L")
        await make()


async def normal(trace):
    for _ in range(3):
        trace.append("N")
        await asyncio.sleep_ms(0)


async def main():
    for level in (asyncio.HIGH, asyncio.NORMAL, asyncio.LOW):
        for make in (
            lambda: asyncio.after_ms(0),
            lambda: asyncio.after(0),
            lambda: asyncio.after_ms(1),
            lambda: asyncio.sleep_ms(0),
        ):
            traces = []
            for spins in (low, awaits):
                trace = []
                task = asyncio.create_task(spins(make, trace), level=level)
                await asyncio.gather(task, normal(trace))
                await asyncio.sleep_ms(5)
                traces.append("".join(trace))
            print(level, traces[0], traces[1] == traces[0])


asyncio.run(main())
