# flag.set may be an interrupt's handler itself: it ignores the one argument that a timer or a pin passes.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


class Flag(asyncio.ThreadSafeFlag):
    pass


async def waits(flag):
    await flag.wait()
    print("woken")


async def main():
    for flag in asyncio.ThreadSafeFlag(), Flag():
        for args in (), (None,), (flag,):
            task = asyncio.create_task(waits(flag))
            await asyncio.sleep_ms(0)
            handler = flag.set
            print(handler(*args))
            await task
        try:
            flag.set(1, 2)
        except TypeError:
            print("TypeError")


asyncio.run(main())
