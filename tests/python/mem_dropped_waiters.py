# A task that waits for what nothing can reach is garbage, as in stock asyncio (docs/behaviour.md, section 8).
import gc
import asyncio_priority as asyncio


async def event():
    await asyncio.Event().wait()


async def lock():
    lock = asyncio.Lock()
    await lock.acquire()
    await lock.acquire()


# Of a lock that a task has which lives on, and which has forgotten it.
def held_lock():
    lock = asyncio.Lock()

    async def waits():
        await lock.acquire()

    asyncio.create_task(waits())
    return lock.acquire()


async def semaphore():
    await asyncio.Semaphore(0).acquire()


async def bounded():
    await asyncio.BoundedSemaphore(0).acquire()


async def get():
    await asyncio.Queue().get()


async def put():
    queue = asyncio.Queue(1)
    queue.put_nowait(1)
    await queue.put(2)


async def joined_queue():
    queue = asyncio.Queue()
    queue.put_nowait(1)
    await queue.join()


async def flag():
    await asyncio.ThreadSafeFlag().wait()


async def waitqueue():
    await asyncio.WaitQueue().wait()


async def join():
    await asyncio.create_task(event())


async def gathered():
    await asyncio.gather(event(), lock())


async def limited():
    await asyncio.wait_for(event(), None)


async def forgotten():
    await Forgotten()


class Forgotten:
    def __iter__(self):
        yield False

    __await__ = __iter__


# As a primitive does that is written for MicroPython's TaskQueue.
async def pushed():
    queue = asyncio.core.TaskQueue()
    queue.push(asyncio.current_task())
    asyncio.current_task().data = queue
    await Forgotten()


# A task that only this one awaits, and that waits for what only this one would set.
async def other(event):
    await event.wait()


async def pair():
    event = asyncio.Event()
    await asyncio.create_task(other(event))
    event.set()


async def condition():
    condition = asyncio.Condition()
    async with condition:
        await condition.wait()


async def barrier():
    await asyncio.Barrier(2).wait()


def level():
    try:
        1 / 0  # what the stack holds of before is written over
    except ZeroDivisionError:
        pass
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


async def main():
    for kind in (
        event,
        lock,
        held_lock,
        semaphore,
        bounded,
        get,
        put,
        joined_queue,
        flag,
        waitqueue,
        join,
        gathered,
        limited,
        forgotten,
        pushed,
        pair,
        condition,
        barrier,
    ):
        for n in range(150):
            if n == 50:
                before = level()
            if kind is held_lock:
                await kind()
            else:
                asyncio.create_task(kind())
            for _ in range(5):
                await asyncio.sleep_ms(0)
            if n % 10 == 0:
                gc.collect()
        kept = (level() - before) // 100
        print(kind.__name__, kept <= 16 or kept)


asyncio.run(main())
