# What wait() and acquire() return is a coroutine in V3: it can be made a task, gathered, run.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def main():
    event = asyncio.Event()
    lock = asyncio.Lock()
    flag = asyncio.ThreadSafeFlag()
    await lock.acquire()
    tasks = [
        asyncio.create_task(event.wait()),
        asyncio.create_task(event.wait()),
        asyncio.create_task(lock.acquire()),
        asyncio.create_task(flag.wait()),
    ]
    await asyncio.sleep_ms(1)
    print([t.done() for t in tasks])
    tasks[1].cancel()
    event.set()
    lock.release()
    flag.set()
    await asyncio.sleep_ms(1)
    print(
        [t.done() for t in tasks],
        await asyncio.gather(tasks[0], tasks[2], tasks[3]),
        lock.locked(),
    )
    try:
        await tasks[1]
    except asyncio.CancelledError:
        print("cancelled")
    print(await asyncio.gather(event.wait(), asyncio.sleep_ms(20)), clock())
    try:
        asyncio.create_task(main)
    except TypeError as er:
        print(er)
    return event


event = asyncio.run(main())
print(asyncio.run(event.wait()))
