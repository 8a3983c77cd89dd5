# While stats() counts, what waits says for how long: since its last step began.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401

clock(1)
loop = asyncio.get_event_loop()
lock = asyncio.Lock()


async def holder():
    async with lock:
        await asyncio.sleep_ms(100)


async def sensor():
    async with lock:
        pass


async def show(tasks):
    print(clock())
    for task in tasks:
        print(task, _task_info(task)[7])


async def main():
    tasks = [
        asyncio.create_task(holder(), name="logger"),
        asyncio.create_task(asyncio.Event().wait(), name="event"),
    ]
    await asyncio.sleep_ms(5)
    await show(tasks)  # nothing was counted yet
    loop.stats(True)
    await asyncio.sleep_ms(5)
    await show(tasks)  # they have had no step since
    tasks += [
        asyncio.create_task(sensor(), asyncio.HIGH, name="sensor"),
        asyncio.create_task(asyncio.when(lambda: False), name="condition"),
        asyncio.create_task(asyncio.ThreadSafeFlag().wait(), name="flag"),
        asyncio.create_task(waits_for(tasks[0]), name="join"),
    ]
    await asyncio.sleep_ms(12)
    await show(tasks)
    await asyncio.sleep_ms(30)
    await show(tasks)
    asyncio.tasks()
    loop.slow_step_ms = 10000  # something is seen, but nothing is counted
    loop.stats(False)
    await show(tasks)
    await asyncio.sleep_ms(1)
    loop.stats(True)  # counted anew
    await show(tasks)
    loop.stats(False)
    loop.slow_step_ms = None


async def waits_for(task):
    await task


asyncio.run(main())
