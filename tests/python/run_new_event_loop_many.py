# However often the loop was emptied, it does not know a task of before: run_until_complete() of one does not wait for it.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def waits(event):
    await event.wait()


async def parks():
    await never()


@asyncio.coroutine
def never():
    yield False


async def begin():
    event = asyncio.Event()
    tasks = [asyncio.create_task(coro) for coro in (waits(event), parks(), asyncio.sleep_ms(5))]
    await asyncio.sleep_ms(1)
    return event, tasks


for times in range(1, 8):
    event, tasks = asyncio.run(begin())
    for _ in range(times):
        asyncio.new_event_loop()
    for task in tasks:
        try:
            print(times, loop.run_until_complete(task))
        except Exception as er:
            print(times, repr(er))
