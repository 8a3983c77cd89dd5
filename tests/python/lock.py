# The lock goes from one waiter to the next in the order of waiting; nobody can overtake.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def task(name, lock, ms):
    for _ in range(2):
        value = await lock.acquire()
        print(clock(), name, value)
        await asyncio.sleep_ms(ms)
        lock.release()


async def main():
    lock = asyncio.Lock()
    print(lock.locked())
    async with lock as x:
        print(lock.locked(), x)
    print(lock.locked())
    tasks = [asyncio.create_task(task(name, lock, 10)) for name in "abc"]
    await asyncio.gather(*tasks)
    print(lock.locked())
    try:
        async with lock:
            raise ValueError
    except ValueError:
        print(lock.locked())
    try:
        lock.release()
    except RuntimeError as er:
        print(er)


asyncio.run(main())
