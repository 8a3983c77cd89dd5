# The loop runs with the heap locked: every kind of wait, a condition, an event, cancelling.
import asyncio_priority as asyncio
import micropython

asyncio.get_event_loop(hpqlen=4)
event = asyncio.Event()
lock = asyncio.Lock()
queue = asyncio.WaitQueue()
counts = [0] * 9
flag = False


def condition():
    return flag


async def sleeps():
    while True:
        await asyncio.sleep_ms(1)
        counts[0] += 1


async def yields():
    for _ in range(100):
        yield
        counts[1] += 1
    while True:
        yield 1


async def low():
    while True:
        await asyncio.after_ms(1)
        counts[2] += 1


async def when():
    global flag
    while True:
        await asyncio.when(condition)
        flag = False
        counts[3] += 1


async def waits():
    while True:
        await event.wait()
        event.clear()
        counts[4] += 1


async def locks(i):
    while True:
        await lock.acquire()
        counts[i] += 1
        await asyncio.sleep_ms(1)
        lock.release()


async def parks():
    while True:
        await queue.wait()
        counts[7] += 1


async def cancelled():
    try:
        while True:
            await asyncio.sleep_ms(1000)
    except asyncio.CancelledError:
        counts[8] += 1


def enough():
    for i in range(8):
        if counts[i] < 10:
            return False
    return True


async def main():
    global flag
    tasks = [f() for f in (sleeps, yields, low, when, waits, parks)] + [locks(5), locks(6)]
    tasks = [asyncio.create_task(c) for c in tasks]
    c = asyncio.create_task(cancelled())
    await asyncio.sleep_ms(5)
    micropython.heap_lock()
    # In real time, for the idle wait is part of it: as many rounds as it needs if it is held up.
    for _ in range(1000):
        if enough():
            break
        event.set()
        queue.wake()
        flag = True
        await asyncio.sleep_ms(2)
    c.cancel()
    await asyncio.sleep_ms(5)
    micropython.heap_unlock()
    print([n >= 10 for n in counts[:8]], counts[8])
    for t in tasks:
        t.cancel()


asyncio.run(main())
