# A stepper motor that looks for its end stop, with `when`.
#
# when(condition) asks the condition on each pass of the loop and wakes the task at high level once it is true: the time
# of the next step, or a switch without an interrupt. A wait for several things is a condition too.
import time

import asyncio_priority as asyncio
from machine import Pin


class Stepper:
    """A driver of two pins: direction, and a step at each pulse."""

    def __init__(self, direction, step):
        self._direction = Pin(direction, Pin.OUT)
        self._step = Pin(step, Pin.OUT)
        self._due = 0
        self.position = 0

    def _is_due(self):
        return time.ticks_diff(time.ticks_us(), self._due) >= 0

    async def move(self, steps, rate, stop=None):
        """So many steps, so many a second; ends early when stop() is true. How many were made."""
        forth = steps > 0
        self._direction(forth)
        period = 1000000 // rate
        self._due = time.ticks_us()
        for made in range(abs(steps)):
            self._due = time.ticks_add(self._due, period)  # not after "now": no drift
            await asyncio.when(self._is_due)
            if stop is not None and stop():
                return made
            self._step.on()
            self._step.off()
            self.position += 1 if forth else -1
        return abs(steps)


async def main():
    end_stop = Pin(4, Pin.IN, Pin.PULL_UP)

    def reached():
        return end_stop() == 0

    stepper = Stepper(5, 6)
    print("home after", await stepper.move(-1000, 200, stop=reached), "steps")
    stepper.position = 0
    await stepper.move(100, 500)
    print("at", stepper.position)
    await asyncio.when(lambda: end_stop() == 1)
    print("the end stop is free")


asyncio.run(main())
