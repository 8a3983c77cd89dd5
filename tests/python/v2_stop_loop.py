# `yield StopLoop(x)` makes run_forever() return x; what else is queued stays for the next run.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def ticker():
    for _ in range(4):
        await asyncio.sleep_ms(10)
        print(clock(), "tick")


async def stops(ms, x):
    await asyncio.sleep_ms(ms)
    yield asyncio.StopLoop(x)


loop.create_task(ticker())
loop.create_task(stops(15, "a"))
loop.create_task(stops(25, [1]))
print(loop.run_forever())
print(loop.run_forever())
loop.call_later_ms(20, loop.stop)
print(loop.run_forever())
loop.call_soon(asyncio.stop_loop, 5)
print(loop.run_forever())
