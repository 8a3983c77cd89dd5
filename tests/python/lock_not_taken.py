# A lock that was handed to a task which does not take it goes to the next.
import asyncio_priority as asyncio


async def takes(lock, name):
    async with lock:
        print(name)


async def main():
    # The task's coroutine is closed behind its back.
    lock = asyncio.Lock()
    await lock.acquire()
    c = takes(lock, "closed")
    a = asyncio.create_task(c)
    b = asyncio.create_task(takes(lock, "next"))
    await asyncio.sleep_ms(1)
    lock.release()
    c.close()
    await b
    print(a.done(), lock.locked())


async def handed(lock):
    await lock.acquire()
    asyncio.create_task(takes(lock, "forgotten"))
    await asyncio.sleep_ms(1)
    lock.release()


asyncio.run(main())
lock = asyncio.Lock()
asyncio.run(handed(lock))
asyncio.new_event_loop()
asyncio.run(takes(lock, "after new_event_loop"))
