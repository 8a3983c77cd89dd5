# The primitive below the others: wait() parks, wake(n) wakes the n oldest and says how many.
import asyncio_priority as asyncio
from asyncio_priority import LOW
from uasyncio_priority import _mock_clock as clock

clock(0)


async def waiter(name, q):
    try:
        await q.wait()
        print(name)
    except asyncio.CancelledError:
        print(name, "cancelled")


async def main():
    q = asyncio.WaitQueue()
    print(len(q), q.wake(), q.wake(5), q.wake(0))
    tasks = [asyncio.create_task(waiter(name, q)) for name in "abcde"]
    await asyncio.sleep_ms(1)
    print(len(q), q.wake(), len(q))
    tasks[2].cancel()
    print(len(q), q.wake(2), len(q))
    await asyncio.sleep_ms(1)
    print(q.wake(5), len(q))
    await asyncio.sleep_ms(1)

    q = asyncio.WaitQueue(LOW)
    asyncio.create_task(waiter("low", q))
    await asyncio.sleep_ms(1)
    q.wake()
    await asyncio.sleep_ms(0)
    print("main")
    await asyncio.sleep_ms(1)


asyncio.run(main())
