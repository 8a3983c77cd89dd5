# Queue: first in, first out, for items and for tasks that wait; what a cancelled task was handed
# goes to the next.
import asyncio_priority as asyncio
from asyncio_priority import Queue, QueueEmpty, QueueFull


async def getter(q, name):
    try:
        print(name, "got", await q.get())
    except asyncio.CancelledError:
        print(name, "cancelled")


async def putter(q, item):
    try:
        await q.put(item)
        print("put", item)
    except asyncio.CancelledError:
        print("put", item, "cancelled")


def state(q):
    print("size", q.qsize(), "empty", q.empty(), "full", q.full())


async def settle():
    for _ in range(5):
        await asyncio.sleep_ms(0)


async def main():
    q = Queue()
    state(q)
    try:
        q.get_nowait()
    except QueueEmpty:
        print("QueueEmpty")
    for n in range(3):
        await q.put(n)
    q.put_nowait(3)
    state(q)
    print(await q.get(), q.get_nowait(), await q.get(), q.get_nowait())
    state(q)

    print("-- tasks wait to get")
    tasks = [asyncio.create_task(getter(q, name)) for name in "abcde"]
    await settle()
    tasks[1].cancel()
    for n in range(3):
        q.put_nowait(n)
    # What they are woken for is theirs.
    state(q)
    try:
        q.get_nowait()
    except QueueEmpty:
        print("QueueEmpty")
    t = asyncio.create_task(getter(q, "f"))
    await settle()
    q.put_nowait(3)
    tasks[4].cancel()  # it was handed 3
    await settle()
    state(q)

    print("-- handed over and cancelled, nobody else waits")
    t = asyncio.create_task(getter(q, "g"))
    await settle()
    q.put_nowait(4)
    t.cancel()
    await settle()
    state(q)
    print(q.get_nowait())

    print("-- two cancelled at a time, one of them was handed something")
    tasks = [asyncio.create_task(getter(q, name)) for name in "hij"]
    await settle()
    q.put_nowait(5)  # for h
    tasks[1].cancel()
    tasks[0].cancel()
    await settle()
    state(q)
    tasks = [asyncio.create_task(getter(q, name)) for name in "klm"]
    await settle()
    q.put_nowait(6)  # for k
    tasks[0].cancel()
    tasks[1].cancel()
    await settle()
    state(q)

    print("-- tasks wait to put")
    q = Queue(2)
    tasks = [asyncio.create_task(putter(q, n)) for n in range(6)]
    await settle()
    state(q)
    try:
        q.put_nowait(9)
    except QueueFull:
        print("QueueFull")
    tasks[3].cancel()
    print("got", q.get_nowait())
    # The room is for the one who waits longest.
    try:
        q.put_nowait(9)
    except QueueFull:
        print("QueueFull")
    tasks[2].cancel()  # it was handed the room
    await settle()
    while not q.empty():
        print("got", await q.get())
        await settle()
    state(q)

    print("-- join")
    q = Queue()
    await q.join()
    try:
        q.task_done()
    except ValueError as er:
        print("ValueError:", er)

    async def worker():
        while True:
            item = await q.get()
            await asyncio.sleep_ms(5)
            print("done", item)
            q.task_done()

    for n in range(3):
        q.put_nowait(n)
    t = asyncio.create_task(worker())
    await q.join()
    print("joined")
    t.cancel()

    # One byte in each direction, many times: nothing is lost, nobody spins.
    print("-- ping-pong")
    there, back = Queue(1), Queue(1)

    async def echo():
        while True:
            await back.put(await there.get())

    t = asyncio.create_task(echo())
    total = 0
    for n in range(1000):
        await there.put(n)
        total += await back.get()
    print(total)
    t.cancel()
    try:
        await asyncio.wait_for_ms(there.get(), 10)
    except asyncio.TimeoutError:
        print("TimeoutError")
    print(there.maxsize, Queue().maxsize, isinstance(QueueFull(), Exception))


asyncio.run(main())
