# ThreadSafeFlag: set before the wait or during it, cleared by it; from a soft interrupt; subclassed.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)


class Flag(asyncio.ThreadSafeFlag):
    def __init__(self, name):
        super().__init__()
        self.name = name

    def set(self):
        print("set", self.name)
        super().set()


class Counting(asyncio.ThreadSafeFlag):
    async def wait(self):
        n = 0
        while n < 3:
            await super().wait()
            n += 1
        return n


async def waiter(flag, name):
    try:
        got = await flag.wait()
        print(clock(), name, got)
    except asyncio.CancelledError:
        print(clock(), name, "cancelled")


async def main():
    flag = asyncio.ThreadSafeFlag()
    flag.set()
    flag.set()
    await waiter(flag, "set before")
    t = asyncio.create_task(waiter(flag, "set while it waits"))
    await asyncio.sleep_ms(10)
    flag.set()
    await t
    flag.set()
    flag.clear()
    try:
        await asyncio.wait_for_ms(flag.wait(), 10)
    except asyncio.TimeoutError:
        print(clock(), "TimeoutError")
    flag.set()
    await waiter(flag, "set after that")

    t = asyncio.create_task(waiter(flag, "cancelled"))
    await asyncio.sleep_ms(5)
    t.cancel()
    await t
    flag.set()
    await waiter(flag, "the next one")

    # By what an interrupt schedules.
    t = asyncio.create_task(waiter(flag, "scheduled"))
    await asyncio.sleep_ms(5)
    micropython.schedule(lambda f: f.set(), flag)
    await t

    # Many sets are one.
    for _ in range(3):
        flag.set()
    await waiter(flag, "many")
    t = asyncio.create_task(waiter(flag, "not again"))
    await asyncio.sleep_ms(5)
    t.cancel()
    await asyncio.sleep_ms(5)

    flag = Flag("mine")
    t = asyncio.create_task(waiter(flag, "subclass"))
    await asyncio.sleep_ms(5)
    flag.set()
    await t
    flag.set()
    await waiter(flag, "subclass")
    flag = Counting()
    t = asyncio.create_task(waiter(flag, "its own wait"))
    for _ in range(3):
        await asyncio.sleep_ms(5)
        print(t.done())
        flag.set()
    await t


asyncio.run(main())
