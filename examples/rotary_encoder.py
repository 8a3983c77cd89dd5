# A rotary encoder, read by hard interrupts.
#
# The handler runs at each edge, also while a task is in its midst. It allocates nothing: it adds to a number and sets a
# flag. Ten edges that come before the task's turn are one wake-up, and none is lost, since the number has them all.
import asyncio_priority as asyncio
from machine import Pin

# What an edge from one state of the two pins (a, b) to another means; two steps at a time are a bounce.
STEPS = (0, -1, 1, 0, 1, 0, 0, -1, -1, 0, 0, 1, 0, 1, -1, 0)


class Encoder:
    """Its position, and a wait for that to change."""

    def __init__(self, a, b):
        self._a = Pin(a, Pin.IN, Pin.PULL_UP)
        self._b = Pin(b, Pin.IN, Pin.PULL_UP)
        self._state = self._a() << 1 | self._b()
        self._edges = 0
        self._moved = asyncio.ThreadSafeFlag()
        self._set = (
            self._moved.set
        )  # to make a bound method takes memory, which an interrupt has not
        for pin in (self._a, self._b):
            pin.irq(self._interrupt, Pin.IRQ_RISING | Pin.IRQ_FALLING, hard=True)

    def _interrupt(self, pin):
        state = self._a() << 1 | self._b()
        self._edges += STEPS[self._state << 2 | state]
        self._state = state
        self._set()

    @property
    def position(self):
        """In detents, of four edges each."""
        return self._edges // 4

    async def moved(self):
        """Wait for an edge; the position then."""
        await self._moved.wait(priority=True)
        return self.position


async def main():
    encoder = Encoder(2, 3)
    last = 0
    while True:
        position = await encoder.moved()
        if position != last:
            print("position", position)
            last = position


asyncio.run(main())
