# A task that only awaits a flag which is set each time leaves turns to the others: timers and ready tasks are not starved.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
steps = 0


async def greedy(*flags):
    global steps
    while True:
        for flag in flags:
            flag.set()
            await flag.wait()
            steps += 1
            if steps % 10 == 0:
                clock(clock() + 1)


async def sleeper():
    await asyncio.sleep_ms(2)
    print("slept", clock() <= 5)


async def main(n):
    global steps
    clock(0)
    steps = 0
    task = asyncio.create_task(greedy(*(asyncio.ThreadSafeFlag() for _ in range(n))))
    await asyncio.gather(sleeper(), sleeper())
    task.cancel()
    print(n, "flags, steps", steps < 100)


for n in (1, 2, 3):
    asyncio.run(main(n))


# One that is set once is still there at once: no other task runs between.
async def at_once():
    flag = asyncio.ThreadSafeFlag()
    other = asyncio.create_task(asyncio.sleep_ms(0))
    flag.set()
    await flag.wait()
    print("at once", not other.done())
    # None of the sets is lost or doubled by the turns that are left to others.
    for n in range(100):
        flag.set()
        await flag.wait()
    try:
        await asyncio.wait_for_ms(flag.wait(), 5)
    except asyncio.TimeoutError:
        print("cleared")


asyncio.run(at_once())
