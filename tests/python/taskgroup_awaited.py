# A task of a group, or of gather(), that awaits who waits for it: when that one fails or is cancelled, all are cancelled all the
# same (docs/behaviour.md, 7.9).
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def awaits(task):
    try:
        await task
    finally:
        print("awaits no more")


async def sleeps():
    try:
        await asyncio.sleep_ms(50)
    finally:
        print("sleeps no more")


async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(awaits(asyncio.current_task()))
        tasks.create_task(sleeps())
        await asyncio.sleep_ms(1)
        raise ValueError


async def gather():
    await asyncio.gather(awaits(asyncio.current_task()), sleeps())


async def main():
    for f in (group, gather):
        task = asyncio.create_task(f())
        await asyncio.sleep_ms(1)
        if f is gather:
            task.cancel()
        try:
            await task
        except asyncio.ExceptionGroup as er:
            print(er.exceptions)
        except asyncio.CancelledError:
            print("cancelled")
        await asyncio.sleep_ms(1)
        print(len(asyncio.all_tasks()))


asyncio.run(main())
