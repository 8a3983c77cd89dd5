# No memory: MemoryError to the caller, and the queue is as it was.
import asyncio_priority as asyncio
import micropython

loop = asyncio.get_event_loop()
ran = []


async def task(n):
    ran.append(n)


def locked(f, *args):
    micropython.heap_lock()
    try:
        f(*args)
        result = True
    except MemoryError:
        result = False
    micropython.heap_unlock()
    return result


async def main():
    c = task(1)
    create_task = asyncio.create_task
    args = ("callback",)
    print(locked(create_task, c))
    print(locked(loop.call_later_ms, 1, print, "never"))
    asyncio.create_task(c)
    asyncio.create_task(task(2))
    loop.call_soon(ran.append, 3)
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(5)
    print(ran)


asyncio.run(main())
