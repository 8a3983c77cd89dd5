# A task that comes back from one awaitable has not come back from another.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


class ByHand:
    def __init__(self, aw):
        self.aw = aw

    def __iter__(self):
        next(iter(self.aw))
        yield


async def main():
    first = asyncio.Event()
    second = asyncio.Event()
    loop.call_later_ms(10, first.set)
    loop.call_later_ms(20, second.set)
    await ByHand(first.wait())
    print(clock())
    await second.wait()
    print(clock(), second.is_set())
    await ByHand(asyncio.sleep_ms(5))
    print(clock())
    await asyncio.sleep_ms(5)
    print(clock())


asyncio.run(main())
