# asyn.BoundedSemaphore: more releases than acquires are a ValueError, and change nothing.
import asyn
import asyncio_priority as asyncio


async def task(sem):
    async with sem:
        await asyncio.sleep_ms(1)


async def main():
    sem = asyn.BoundedSemaphore(2)
    await asyncio.gather(*[task(sem) for _ in range(5)])
    for _ in range(2):
        try:
            sem.release()
        except ValueError as er:
            print(er)
    await sem.acquire()
    await sem.acquire()
    t = asyncio.create_task(task(sem))
    await asyncio.sleep_ms(1)
    print(t.done())
    sem.release()
    await t
    sem.release()
    try:
        sem.release()
    except ValueError as er:
        print(er)


asyncio.run(main())
