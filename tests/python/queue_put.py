# put() does nothing until it is awaited, and puts its item in once, whoever keeps what it returned.
import asyncio_priority as asyncio
import gc
from asyncio_priority import Queue


def drain(q):
    items = []
    while not q.empty():
        items.append(q.get_nowait())
    return items


async def awaits(name, aw):
    await aw
    print(name, "done")


async def main():
    q = Queue()
    a = q.put("a")
    b = q.put("b")
    q.put("never")
    print(q.qsize(), q.empty())
    await b
    await a
    print(drain(q))

    print("-- awaited again: nothing more is in")
    a = q.put("a")
    await a
    await a
    await asyncio.create_task(a)
    print(drain(q))

    print("-- kept, awaited when its like is in use again")
    a = q.put("a")
    await a
    b = q.put("b")
    await b
    c = q.put("c")
    await a
    await b
    await c
    print(sorted(drain(q)))

    print("-- two tasks await one")
    q = Queue(1)
    q.put_nowait(0)
    a = q.put("a")
    tasks = [asyncio.create_task(awaits(n, a)) for n in "xy"]
    await asyncio.sleep_ms(0)
    print(q.get_nowait())
    await asyncio.sleep_ms(1)
    print(drain(q))
    await asyncio.sleep_ms(1)
    print([t.done() for t in tasks], drain(q), q.full())

    print("-- as many at a time as there are tasks, again and again")
    q = Queue(2)

    async def producer(n):
        for i in range(20):
            await q.put((n, i))

    tasks = [asyncio.create_task(producer(n)) for n in range(5)]
    next_ = [0] * 5
    for _ in range(100):
        n, i = await q.get()
        assert next_[n] == i
        next_[n] += 1
    print(next_, q.empty(), [t.done() for t in tasks])

    print("-- refused, or cancelled: its item is let go of")
    q.put_nowait(1)
    q.put_nowait(2)
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(8):
        try:
            q.put_nowait(bytearray(2000))
        except asyncio.QueueFull:
            pass
        t = asyncio.create_task(q.put(bytearray(2000)))
        await asyncio.sleep_ms(0)
        t.cancel()
        await asyncio.sleep_ms(0)
        t = None
    print(drain(q))
    for _ in range(8):
        await q.put(bytearray(2000))
        await q.get()
    gc.collect()
    print(gc.mem_alloc() - before < 10000)

    print("-- long queues")
    q = Queue()
    for size in (1, 2, 3, 7, 100, 5):
        put = got = 0
        for _ in range(size):
            q.put_nowait(put)
            put += 1
        for _ in range(300):
            assert q.get_nowait() == got
            got += 1
            q.put_nowait(put)
            put += 1
        assert drain(q) == list(range(got, put))
    print(q.qsize())


asyncio.run(main())
