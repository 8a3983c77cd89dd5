# asyn.Semaphore: at most `value` at a time, handed over in the order of waiting.
import asyn
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def task(name, sem):
    for _ in range(2):
        async with sem:
            print(clock(), name)
            await asyncio.sleep_ms(10)


async def normal(n):
    for _ in range(n):
        print("n")
        await asyncio.sleep_ms(0)


async def waits(name, sem):
    try:
        await sem.acquire()
        print(name, "has it")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    for sem in (asyn.Semaphore(), asyn.Semaphore(2)):
        await asyncio.gather(*[task(name, sem) for name in "abc"])

    # The waiters run at low priority.
    sem = asyn.Semaphore(0)
    t = asyncio.create_task(waits("low", sem))
    await asyncio.sleep_ms(1)
    sem.release()
    await normal(2)
    await t

    # Cancelled while waiting, and after the hand-over
    a, b, c = [asyncio.create_task(waits(name, sem)) for name in "abc"]
    await asyncio.sleep_ms(1)
    a.cancel()
    sem.release()
    b.cancel()
    await asyncio.sleep_ms(1)
    print(c.done())
    sem.release()
    await waits("main", sem)


asyncio.run(main())
