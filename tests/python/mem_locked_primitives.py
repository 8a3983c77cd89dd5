# A Barrier's abort() and reset(), and a Queue's put(), with the heap locked: done, or not even begun.
import asyncio_priority as asyncio
import micropython

loop = asyncio.get_event_loop()


# Calls f(x), which need not wait; whether it had the memory that it took.
async def locked(f, x=None):
    done = True
    micropython.heap_lock()
    try:
        aw = f(x)
        if aw is not None:
            await aw
    except MemoryError:
        done = False
    micropython.heap_unlock()
    return done


# A call that makes a coroutine, made beforehand: its steps have no memory, but it has been made.
def made(coro):
    return lambda x: coro


# Lets all who have something to do do it: by turns, for a slow machine needs more than a millisecond.
async def settle():
    for _ in range(20):
        await asyncio.sleep_ms(0)


async def comes(barrier, said):
    try:
        said.append(await barrier.wait())
    except asyncio.BrokenBarrierError:
        said.append("broken")


async def barrier(name):
    b = asyncio.Barrier(3)
    said = []
    tasks = [asyncio.create_task(comes(b, said)) for _ in range(2)]
    await settle()
    if await locked(made(getattr(b, name)())):
        await settle()
        whole = said == ["broken"] * 2 and b.broken == (name == "abort")
    else:
        whole = not b.broken and b.n_waiting == 2
        await settle()
        whole = whole and not said
        tasks.append(asyncio.create_task(comes(b, said)))
        await settle()
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
        if await locked(q.put_nowait if i & 1 else q.put, i):
            put += 1
        said = []
        t = asyncio.create_task(waits(q, said))
        await asyncio.sleep_ms(0)
        if (
            q.qsize() != put
            or q.full() != (0 < maxsize == put)
            or said != ([] if put else ["joined"])
        ):
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
