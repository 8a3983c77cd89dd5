# A Barrier's abort() and reset(), and a Queue's put(), with the heap locked: done, or not even begun.
import asyncio_priority as asyncio
import micropython

loop = asyncio.get_event_loop()


# Calls f(x), or runs a coroutine that need not wait; whether it had the memory that it took.
def locked(f, x=None):
    error = None
    micropython.heap_lock()
    try:
        f(x)
    except StopIteration:
        pass
    except MemoryError as er:
        error = er
    micropython.heap_unlock()
    return error is None


async def comes(barrier, said):
    try:
        said.append(await barrier.wait())
    except asyncio.BrokenBarrierError:
        said.append("broken")


async def barrier(name):
    b = asyncio.Barrier(3)
    said = []
    tasks = [asyncio.create_task(comes(b, said)) for _ in range(2)]
    await asyncio.sleep_ms(1)
    if locked(getattr(b, name)().send):
        await asyncio.sleep_ms(1)
        whole = said == ["broken"] * 2 and b.broken == (name == "abort")
    else:
        whole = not b.broken and b.n_waiting == 2
        await asyncio.sleep_ms(1)
        whole = whole and not said
        tasks.append(asyncio.create_task(comes(b, said)))
        await asyncio.sleep_ms(1)
        whole = whole and sorted(said) == [0, 1, 2]
    print(name, whole, b.n_waiting)
    for t in tasks:
        t.cancel()


async def waits(q, said):
    await q.join()
    said.append("joined")


async def queue(maxsize):
    q = asyncio.Queue(maxsize)
    put = 0
    wrong = []
    for i in range(30):
        if q.full():
            break
        if locked(q.put_nowait, i) if i & 1 else locked(q.put(i).send):
            put += 1
        said = []
        t = asyncio.create_task(waits(q, said))
        await asyncio.sleep_ms(0)
        if q.qsize() != put or q.full() != (put == maxsize) or said != ([] if put else ["joined"]):
            wrong.append((i, put, q.qsize(), said))
        t.cancel()
    while not q.full() and put < 40:
        q.put_nowait(put)
        put += 1
    got = 0
    while not q.empty():
        await q.get()
        q.task_done()
        got += 1
    await q.join()
    print(maxsize, wrong, got == put, q.qsize(), q.full())


async def main():
    await barrier("abort")
    await barrier("reset")
    for maxsize in 0, 1, 9, 20:
        await queue(maxsize)


loop.run_until_complete(main())
