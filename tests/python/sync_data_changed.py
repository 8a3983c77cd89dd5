# A task waits for a lock, a semaphore, an item or room, and somebody writes to its `data`: what is given back meanwhile
# is its own all the same, as it has waited longest. If what was written is an exception, it goes to the next one.
import asyncio_priority as asyncio


async def waits(name, aw):
    try:
        print(name, "has", await aw)
    except ValueError as er:
        print(name, repr(er))


async def case(what, first, give, again):
    for data in (None, 7, "x", ValueError("thrown"), asyncio.Lock()):
        for handed in (False, True):
            a = asyncio.create_task(waits("a", first()))
            b = asyncio.create_task(waits("b", first()))
            await asyncio.sleep_ms(1)
            # After it was handed over, a write to `data` passes it on.
            if handed:
                give()
            a.data = data
            if not handed:
                give()
            await asyncio.sleep_ms(1)
            a.cancel()
            b.cancel()
            await asyncio.sleep_ms(1)
            said = "a Lock" if isinstance(data, asyncio.Lock) else data
            print(what, said, handed, a.done(), b.done(), again())


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    await case("lock", lock.acquire, lock.release, lock.locked)
    sem = asyncio.Semaphore(0)
    await case("semaphore", sem.acquire, sem.release, sem.locked)
    q = asyncio.Queue()
    await case("get", q.get, lambda: q.put_nowait(1), q.qsize)
    q = asyncio.Queue(1)
    q.put_nowait(0)
    await case("put", lambda: q.put(2), q.get_nowait, q.qsize)


asyncio.run(main())
