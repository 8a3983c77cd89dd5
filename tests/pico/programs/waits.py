# For tests/pico/checks.py: every kind of wait, none of which ends by itself.
import io
import sys

import asyncio_priority as asyncio
import time


async def never():
    await asyncio.Event().wait()


class Device(io.IOBase):
    def ioctl(self, request, arg):
        return 0


class Forever:
    def __iter__(self):
        while True:
            yield


async def locked():
    lock = asyncio.Lock()
    await lock.acquire()
    await lock.acquire()


async def joins():
    await asyncio.create_task(never())


async def limited():
    async with asyncio.timeout(1000):
        await never()


async def group():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(never())


async def busy():
    while True:
        pass


async def blocks():
    time.sleep(1000)


async def spins():
    while True:
        await asyncio.sleep_ms(0)


async def yields():
    await Forever()


async def collects():
    import gc

    while True:
        gc.collect()
        await asyncio.sleep_ms(1)


KINDS = {
    "sleep": lambda: asyncio.sleep(1000),
    "sleep_ms": lambda: asyncio.sleep_ms(1000000),
    "after": lambda: asyncio.after(1000),
    "when": lambda: asyncio.when(lambda: False),
    "event": lambda: asyncio.Event().wait(),
    "flag": lambda: asyncio.ThreadSafeFlag().wait(),
    "fast_flag": lambda: asyncio.ThreadSafeFlag().wait(True),
    "lock": locked,
    "semaphore": lambda: asyncio.Semaphore(0).acquire(),
    "queue": lambda: asyncio.Queue().get(),
    "join": joins,
    "gather": lambda: asyncio.gather(never(), asyncio.sleep(1000)),
    "group": group,
    "wait_for": lambda: asyncio.wait_for(never(), 1000),
    "timeout": limited,
    "stream": lambda: asyncio.Stream(Device()).read(1),
    "serial": lambda: asyncio.StreamReader(sys.stdin).read(1),
    "barrier": lambda: asyncio.Barrier(2).wait(),
    "busy": busy,
    "blocks": blocks,
    "spins": spins,
    "yields": yields,
    "collects": collects,
    "nothing": None,
}


async def waits(kind):
    await KINDS[kind]()


def go(kind):
    print("waits")
    if KINDS[kind] is None:
        asyncio.get_event_loop().run_forever()
    else:
        asyncio.run(waits(kind))


async def three():
    await asyncio.sleep_ms(3)
    return 3


# The loop runs as it did before, and nothing of before is in it.
def again():
    start = time.ticks_ms()
    asyncio.new_event_loop()
    value = asyncio.run(three())
    took = time.ticks_diff(time.ticks_ms(), start)
    asyncio.get_event_loop().run_until_complete(asyncio.sleep_ms(0))
    print(value, 3 <= took < 20)
