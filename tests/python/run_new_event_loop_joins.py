# After new_event_loop() nobody waits for the end of a task any more: a cancel is of the task that it names (docs/behaviour.md,
# 7.7 and 7.9).
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)

loop = asyncio.get_event_loop()


async def sleeps():
    try:
        await asyncio.sleep_ms(5)
        print("slept")
    except asyncio.CancelledError:
        print("sleeper cancelled")
        raise


async def joins(task):
    try:
        await task
        print("joined")
    except asyncio.CancelledError:
        print("joiner cancelled")
        raise


async def begin():
    sleeper = asyncio.create_task(sleeps())
    joiner = asyncio.create_task(joins(sleeper))
    await asyncio.sleep_ms(1)
    return sleeper, joiner


async def end(sleeper, joiner, revived, cancelled):
    if revived:
        loop.call_soon(revived.coro)
    if cancelled:
        cancelled.cancel()
    await asyncio.sleep_ms(20)
    print(sleeper.done(), joiner.done())


for who in range(6):
    tasks = asyncio.run(begin())
    asyncio.new_event_loop()
    revived = (None, tasks[0], tasks[1])[who % 3]
    print(revived and tasks.index(revived), who // 3)
    asyncio.run(end(*tasks, revived, tasks[1 - who // 3]))
    asyncio.new_event_loop()
