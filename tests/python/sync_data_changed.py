# A task waits for a lock, a semaphore, an item or room, and somebody writes to its `data`: what is given back meanwhile
# goes to the next one, or stays to be had.
import asyncio_priority as asyncio


async def waits(name, aw):
    try:
        print(name, "has", await aw)
    except ValueError as er:
        print(name, repr(er))


async def case(what, first, give, again):
    for data in (None, 7, "x", ValueError("thrown"), asyncio.Lock()):
        a = asyncio.create_task(waits("a", first()))
        b = asyncio.create_task(waits("b", first()))
        await asyncio.sleep_ms(1)
        a.data = data
        give()
        await asyncio.sleep_ms(1)
        a.cancel()
        b.cancel()
        await asyncio.sleep_ms(1)
        print(what, a.done(), b.done(), again())


async def main():
    lock = asyncio.Lock()
    await lock.acquire()

    for data in (None, 7, ValueError("thrown")):
        a = asyncio.create_task(waits("a", lock.acquire()))
        b = asyncio.create_task(waits("b", lock.acquire()))
        await asyncio.sleep_ms(1)
        a.data = data
        lock.release()
        await asyncio.sleep_ms(1)
        print("lock", a.done(), b.done(), lock.locked())
        a.cancel()
        await asyncio.sleep_ms(1)
        print("lock", a.done(), b.done(), lock.locked())
        if not lock.locked():
            await lock.acquire()

    sem = asyncio.Semaphore(0)
    await case("semaphore", sem.acquire, sem.release, sem.locked)
    q = asyncio.Queue()
    await case("get", q.get, lambda: q.put_nowait(1), q.qsize)


asyncio.run(main())
