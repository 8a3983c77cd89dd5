# Tasks of all levels use the primitives and are cancelled at random: nothing that was handed over
# is lost, and nothing is there twice.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
seed = 1


def random(n):
    global seed
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n


async def pause():
    n = random(4)
    if n:
        await asyncio.sleep_ms(n - 1)


async def crowd(n, work):
    tasks = []
    for i in range(n):
        tasks.append(asyncio.create_task(work(i), level=random(3)))
        if random(2):
            await pause()
        for _ in range(random(3)):
            tasks[random(len(tasks))].cancel()
    return tasks


async def ended(tasks):
    cancelled = 0
    for t in tasks:
        try:
            await t
        except asyncio.CancelledError:
            cancelled += 1
    return cancelled


async def semaphore(value, n):
    s = asyncio.Semaphore(value)
    inside = most = 0

    async def work(i):
        nonlocal inside, most
        async with s:
            inside += 1
            most = max(most, inside)
            try:
                await pause()
            finally:
                inside -= 1

    cancelled = await ended(await crowd(n, work))
    there = 0
    while not s.locked():
        await s.acquire()
        there += 1
    return most <= value, inside, there == value, bool(s), 0 < cancelled < n


async def queue(maxsize, n):
    q = asyncio.Queue(maxsize)
    put = []
    got = []

    async def work(i):
        if i % 2:
            await q.put(i)
            put.append(i)
        else:
            got.append(await q.get())

    tasks = await crowd(n, work)
    # Whoever waits still gets what it waits for.
    await asyncio.sleep_ms(10)
    while not all(t.done() for t in tasks):
        if q.empty():
            put.append(-len(put))
            q.put_nowait(put[-1])
        else:
            got.append(q.get_nowait())
        await asyncio.sleep_ms(10)
    cancelled = await ended(tasks)
    while not q.empty():
        got.append(q.get_nowait())
    # All that was put was got once, and counted as unfinished once.
    for _ in put:
        q.task_done()
    joined = asyncio.create_task(q.join())
    await asyncio.sleep_ms(0)
    room = 0
    while not q.full() and room < 60:
        q.put_nowait(room)
        room += 1
    return (
        sorted(got) == sorted(put),
        q.qsize() == room,
        joined.done(),
        room == (maxsize or 60),
        0 < cancelled < n,
    )


async def condition(n):
    c = asyncio.Condition()
    stock = taken = 0

    async def work(i):
        nonlocal stock, taken
        async with c:
            if i % 2:
                stock += 1
                c.notify()
            else:
                await c.wait_for(lambda: stock)
                stock -= 1
                taken += 1

    tasks = await crowd(n, work)
    await asyncio.sleep_ms(20)
    # Nobody waits while there is something to take: no notification was lost.
    waiting = [t for t in tasks if not t.done()]
    right = not (stock and waiting)
    for t in waiting:
        t.cancel()
    cancelled = await ended(tasks)
    c._notified.release()  # nobody waits who would get it
    return right, c.locked(), c._notified.locked(), 0 < cancelled < n


async def main():
    results = set()
    for _ in range(20):
        for value in (1, 3):
            results.add(("semaphore",) + await semaphore(value, 60))
        for maxsize in (0, 1, 4):
            results.add(("queue",) + tuple(map(str, await queue(maxsize, 60))))
        results.add(("condition",) + await condition(60))
    for result in sorted(results, key=str):
        print(*result)


asyncio.get_event_loop(max_overdue_ms=20)
asyncio.run(main())
