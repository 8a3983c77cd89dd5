# asyn.Barrier: goes on when all are there, again and again; the last one runs the function, whose
# coroutine is started if it gives one. The waiters run at low priority.
import asyn
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


def callback(text):
    print(clock(), text)


async def coro(text):
    print(clock(), text)


async def task(name, ms, barrier):
    for i in range(2):
        await asyncio.sleep_ms(ms)
        print(clock(), name, i)
        await barrier
    print(clock(), name, "ends")


async def main():
    for func in (callback, coro):
        barrier = asyn.Barrier(3, func, ("all there",))
        await asyncio.gather(
            *[task(name, ms, barrier) for name, ms in (("a", 10), ("b", 30), ("c", 20))]
        )

    # One that is cancelled does not count.
    barrier = asyn.Barrier(participants=2)
    a = asyncio.create_task(task("a", 1, barrier))
    await asyncio.sleep_ms(5)
    a.cancel()
    b = asyncio.create_task(task("b", 1, barrier))
    await asyncio.sleep_ms(5)
    print("main")
    await barrier
    await barrier
    await b

    await asyn.Barrier(1)  # alone

    # A function that raises does so in the last task; the others go on.
    barrier = asyn.Barrier(2, callback, ())
    other = asyncio.create_task(waits(barrier))
    await asyncio.sleep_ms(1)
    try:
        await barrier
    except TypeError:
        print("TypeError")
    await other


async def waits(barrier):
    await barrier
    print("other goes on")


asyncio.run(main())
