# run() and run_until_complete() give the coroutine's value or raise its exception; other tasks
# stay queued for the next run.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def value(x):
    await asyncio.sleep_ms(10)
    return x


async def error():
    await asyncio.sleep_ms(10)
    raise ValueError("from main")


async def ticker():
    while True:
        await asyncio.sleep_ms(7)
        print(clock(), "tick")


loop.create_task(ticker())
print(asyncio.run(value(1)))
print(loop.run_until_complete(value([2])))
print(asyncio.run_until_complete(asyncio.create_task(value(3))))
try:
    asyncio.run(error())
except ValueError as er:
    print(clock(), er)
print(asyncio.run(value(4)))

# A task that has ended already
t = asyncio.create_task(value(5))
asyncio.run(value(6))
print(t.done(), loop.run_until_complete(t))
