# What can be a condition: a function with arguments, a bound method, a callable object (also one
# that is false itself); any true value will do.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


class Alarm:
    def __init__(self, t):
        self.t = t

    def rings(self):
        return [0] if clock() >= self.t else []


class Empty(Alarm):
    def __len__(self):
        return 0

    def __call__(self):
        return self.rings()


async def main():
    await asyncio.when(lambda a, b: clock() >= a + b, 10, 20)
    print(clock(), "arguments")
    await asyncio.when(Alarm(40).rings)
    print(clock(), "bound method")
    await asyncio.when(Empty(50))
    print(clock(), "callable object")


asyncio.run(main())
