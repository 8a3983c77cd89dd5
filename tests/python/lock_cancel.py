# Who is cancelled while it waits leaves the queue; who is cancelled after the lock was handed to it
# passes it on.
import asyncio_priority as asyncio


async def task(name, lock):
    try:
        async with lock:
            print(name, "has it")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    a, b, c = [asyncio.create_task(task(name, lock)) for name in "abc"]
    await asyncio.sleep_ms(1)
    a.cancel()
    lock.release()  # handed to b, which has not run yet
    b.cancel()
    await asyncio.sleep_ms(1)
    print(c.done(), lock.locked())

    # The last one: the lock is free then.
    await lock.acquire()
    d = asyncio.create_task(task("d", lock))
    await asyncio.sleep_ms(1)
    lock.release()
    d.cancel()
    await asyncio.sleep_ms(1)
    print(lock.locked())
    await task("main", lock)


asyncio.run(main())
