# Two sensors at two rates, and one estimate: a complementary filter of a gyroscope and an accelerometer.
#
# Each sensor has a task that keeps its phase: the next turn is counted from the turn before, not from when the task
# came to run, so 100 Hz are 100 Hz however long a step takes. Both are at high level. When both are due, the one whose
# turn is to be done first goes first: that of the fast one, whose deadline is near.
import math

import asyncio_priority as asyncio
from machine import I2C

GYRO, ACCELEROMETER = 0x68, 0x53


class Tilt:
    """The angle in degrees: what the gyroscope says at once, what gravity says in the long run."""

    def __init__(self, i2c):
        self._i2c = i2c
        self.angle = 0.0
        self.missed = 0

    def _read(self, address, register):
        high, low = self._i2c.readfrom_mem(address, register, 2)
        value = high << 8 | low
        return value - 65536 if value & 0x8000 else value

    async def turn(self):
        """100 times a second: the angle since the turn before, and for those that were skipped."""
        turns = asyncio.every(10, deadline_ms=4)
        seen = 0
        async for _ in turns:
            missed = turns.skipped - seen
            seen = turns.skipped
            self.missed += missed
            self.angle += self._read(GYRO, 0x43) / 131 * 0.01 * (1 + missed)

    async def level(self):
        """10 times a second."""
        async for _ in asyncio.every(100, deadline_ms=20):
            x, z = self._read(ACCELEROMETER, 0x32), self._read(ACCELEROMETER, 0x36)
            self.angle += 0.1 * (math.degrees(math.atan2(x, z)) - self.angle)


def late(loop, context):
    """Says who missed a deadline for the first time; of an exception what is said anyway."""
    if context["exception"] is None:
        print(context["message"], "-", context["future"].get_name())
    else:
        loop.default_exception_handler(context)


async def main():
    tilt = Tilt(I2C(0))
    asyncio.get_event_loop().set_exception_handler(late)
    turn = asyncio.create_task(tilt.turn(), level=asyncio.HIGH)
    level = asyncio.create_task(tilt.level(), level=asyncio.HIGH)
    while True:
        await asyncio.sleep(1)
        misses = turn.misses + level.misses
        print("{:.1f} degrees, {} turns skipped, {} late".format(tilt.angle, tilt.missed, misses))


asyncio.run(main())
