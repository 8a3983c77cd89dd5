# Two sensors at two rates, and one estimate: a complementary filter of a gyroscope and an accelerometer.
#
# Each sensor has a task that keeps its phase: the next turn is counted from the turn before, not from when the task
# came to run, so 100 Hz are 100 Hz however long a step takes. The fast one is at high level.
import math
import time

import asyncio_priority as asyncio
from machine import I2C

GYRO, ACCELEROMETER = 0x68, 0x53


async def every(ms, do):
    """Call do() each `ms` ms, in phase. Turns that were missed are left out, and counted."""
    due = time.ticks_ms()
    missed = 0
    while True:
        do(missed)
        due = time.ticks_add(due, ms)
        late = time.ticks_diff(time.ticks_ms(), due)
        missed = late // ms + 1 if late >= 0 else 0
        due = time.ticks_add(due, missed * ms)
        await asyncio.sleep_ms(time.ticks_diff(due, time.ticks_ms()))


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

    def turn(self, missed):
        """100 times a second."""
        self.missed += missed
        self.angle += self._read(GYRO, 0x43) / 131 * 0.01 * (1 + missed)

    def level(self, missed):
        """10 times a second."""
        x, z = self._read(ACCELEROMETER, 0x32), self._read(ACCELEROMETER, 0x36)
        self.angle += 0.1 * (math.degrees(math.atan2(x, z)) - self.angle)


async def main():
    tilt = Tilt(I2C(0))
    asyncio.create_task(every(10, tilt.turn), level=asyncio.HIGH)
    asyncio.create_task(every(100, tilt.level))
    while True:
        await asyncio.sleep(1)
        print("{:.1f} degrees, {} turns missed".format(tilt.angle, tilt.missed))


asyncio.run(main())
