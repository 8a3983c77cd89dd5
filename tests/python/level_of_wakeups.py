# A wake-up that names no level lands at its task's own level: a Low task waits until no Normal
# entry is due, a High one goes before them, whatever it waited for. (A bare yield is a second High
# step in a row, so one of the others goes before that. So after the wait for a lock: main, which held it, was High too.)
import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW
from uasyncio_priority import _mock_clock as clock

clock(0)
trace = []
event = lock = queue = None


async def sleep():
    await asyncio.sleep_ms(5)


async def bare_yield():
    await asyncio.sleep_ms(5)
    yield


async def yield_int():
    yield 5


async def wait_event():
    await event.wait()


async def wait_lock():
    async with lock:
        pass


async def wait_queue():
    await queue.wait()


async def normal():
    for _ in range(3):
        trace.append("n")
        await asyncio.sleep_ms(0)


async def task(f):
    await f()
    trace.append(f.__name__)


async def main():
    global event, lock, queue
    event = asyncio.Event()
    lock = asyncio.Lock()
    queue = asyncio.WaitQueue()
    for level in (LOW, HIGH):
        for f in (sleep, bare_yield, yield_int, wait_event, wait_lock, wait_queue):
            await lock.acquire()
            event.clear()
            t = asyncio.create_task(task(f), level=level)
            await asyncio.sleep_ms(5)
            n = asyncio.create_task(normal())
            event.set()
            lock.release()
            queue.wake()
            await n
            await t
            print(" ".join(trace))
            trace.clear()


asyncio.run(main())
