# Semaphore, BoundedSemaphore and Queue can be subclassed; a method that is replaced is the one that is called.
import asyncio_priority as asyncio


class Counting(asyncio.Semaphore):
    def __init__(self, value):
        super().__init__(value)
        self.count = 0

    def release(self):
        self.count += 1
        super().release()

    async def acquire(self):
        self.count += 10
        return await super().acquire()


class Plain(asyncio.BoundedSemaphore):
    name = "plain"


class Named(asyncio.Queue):
    def __init__(self, name, maxsize=0):
        super().__init__(maxsize)
        self.name = name

    async def get(self):
        return self.name, await super().get()

    def put_nowait(self, item):
        super().put_nowait(item + "!")


class Bare(asyncio.Queue):
    pass


async def waits(s):
    async with s:
        return s.locked()


async def gets(q):
    return await q.get()


async def puts(q, item):
    await q.put(item)


async def main():
    s = Counting(1)
    print(await s.acquire(), s.locked(), s.count, isinstance(s, asyncio.Semaphore))
    t = asyncio.create_task(s.acquire())
    await asyncio.sleep_ms(0)
    s.release()
    print(await t, s.locked(), s.count)

    s = Plain(1)
    tasks = [asyncio.create_task(waits(s)) for _ in range(3)]
    print(await asyncio.gather(*tasks), s.locked(), s.name)
    try:
        s.release()
    except ValueError as er:
        print(er)
    t = asyncio.create_task(s.acquire())
    print(await t, await asyncio.wait_for(asyncio.gather(waits(Plain())), 1))

    q = Named("q", 1)
    t = asyncio.create_task(gets(q))
    await asyncio.sleep_ms(0)
    q.put_nowait("a")
    print(q.qsize(), q.maxsize, await t)
    tasks = [asyncio.create_task(puts(q, item)) for item in "bc"]
    await asyncio.sleep_ms(0)
    print(q.full(), await q.get(), await q.get(), q.empty())
    for _ in range(3):
        q.task_done()
    await q.join()

    q = Bare(2)
    await q.put(1)
    await asyncio.create_task(q.put(2))
    print(
        q.full(), q.maxsize, await asyncio.gather(q.get(), q.get()), isinstance(q, asyncio.Queue)
    )


asyncio.run(main())
