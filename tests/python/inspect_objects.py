# The reprs of what tasks wait at: what it holds, and who waits.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401

clock(0)


async def waiter(what):
    await what


async def holder(lock):
    async with lock:
        await asyncio.sleep_ms(10)


async def limited():
    t = asyncio.timeout_ms(30)
    print(t)
    async with t:
        print(t)
        clock(12)
        print(t)
        t.reschedule(None)
        print(t)
    print(t)
    t = asyncio.timeout_ms(5)
    try:
        async with t:
            await asyncio.sleep_ms(100)
    except asyncio.TimeoutError:
        print(t)
    t = asyncio.Timeout(None)
    print(t)


async def wait_at(what, names):
    tasks = [asyncio.create_task(waiter(what()), name=name) for name in names]
    await asyncio.sleep_ms(0)
    return tasks


class Mine(asyncio.Event):
    pass


async def main():
    print(asyncio.Loop)
    event = asyncio.Event()
    print(event)
    tasks = await wait_at(event.wait, ("a",))
    print(event)
    tasks += await wait_at(event.wait, ("b", "c"))
    print(event)
    tasks += await wait_at(event.wait, ("d", "e", "f"))
    print(event)
    tasks[0].cancel()
    print(event)
    event.set()
    print(event)
    print(Mine())
    flag = asyncio.ThreadSafeFlag()
    await wait_at(flag.wait, "ab")
    print(flag)
    flag.set()
    print(flag, asyncio.WaitQueue())
    await asyncio.sleep_ms(1)
    semaphore = asyncio.Semaphore(2)
    print(semaphore, asyncio.BoundedSemaphore(1))
    await wait_at(semaphore.acquire, "xyz")
    print(semaphore)
    lock = asyncio.Lock()
    print(lock)
    first = asyncio.create_task(holder(lock), name="first")
    await asyncio.sleep_ms(0)
    print(lock)
    second = asyncio.create_task(holder(lock), name="second")
    await asyncio.sleep_ms(0)
    print(lock)
    await first
    print(lock)
    second.cancel()
    await asyncio.sleep_ms(0)
    print(lock)
    queue = asyncio.Queue(1)
    print(queue)
    await wait_at(queue.get, "g")
    print(queue)
    queue.put_nowait(1)
    print(queue)
    await asyncio.sleep_ms(1)
    queue.put_nowait(1)
    await wait_at(lambda: queue.put(2), "pq")
    print(queue)
    for kind in (asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue):
        queue = kind()
        queue.put_nowait(1)
        queue.shutdown()
        print(queue)
    await asyncio.create_task(limited())


async def loop():
    asyncio.create_task(waiter(asyncio.Event()))
    asyncio.create_task(waiter(asyncio.sleep(10)))
    asyncio.create_task(waiter(asyncio.when(lambda: False)))
    asyncio.Loop.call_later(1, print)
    print(asyncio.Loop)
    await asyncio.sleep_ms(1)
    print(asyncio.Loop)


asyncio.run(main())
asyncio.new_event_loop()
print(asyncio.Loop)
asyncio.run(loop())
print(asyncio.Loop)
