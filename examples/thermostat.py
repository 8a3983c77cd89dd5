# A thermostat, tested over a week in a second: virtual time.
#
# The device is three tasks, as they run on the board. The test runs them in virtual time, which moves only when all of
# them wait: `with virtual_time() as t:`. The house is a model that the test moves on, each minute. It checks what a
# week's run should keep, and prints a line a day. To run it: build/unix/micropython examples/thermostat.py
import math

import asyncio_priority as asyncio
from asyncio_priority.testing import Pin, virtual_time

# -- the device


class Thermostat:
    """Switches a heater by a thermometer, warmer by day; not more often than each 5 minutes."""

    def __init__(self, heater, thermometer):
        self.heater = heater
        self.thermometer = thermometer
        self.target = 17
        self.switched = 0

    async def control(self):
        while True:
            off_by = self.target - self.thermometer()
            if abs(off_by) > 0.3 and self.heater() != (off_by > 0):
                self.heater(off_by > 0)
                self.switched += 1
                await asyncio.sleep(300)
            await asyncio.sleep(10)

    async def clock(self):
        while True:
            self.target = 21
            await asyncio.sleep(16 * 3600)  # from 6 to 22 o'clock
            self.target = 17
            await asyncio.sleep(8 * 3600)

    async def button(self, pressed):
        while True:
            await pressed.wait()
            self.target += 2
            await asyncio.sleep(3600)
            self.target -= 2


# -- the test


class House:
    """20 degrees at first; it loses 1 % of the difference to outside a minute, the heater brings 0.3 degrees."""

    def __init__(self):
        self.heater = Pin("heater", Pin.OUT)
        self.inside = 20.0
        self.minutes = self.heated = 0
        self.coldest, self.warmest = 99.0, -99.0

    def minute(self, t):
        outside = 5 + 5 * math.sin(self.minutes * math.pi / 720)
        self.inside += 0.01 * (outside - self.inside) + 0.3 * self.heater()
        self.heated += self.heater()
        self.coldest = min(self.coldest, self.inside)
        self.warmest = max(self.warmest, self.inside)
        self.minutes += 1
        t.at(self.minutes * 60000, self.minute, t)


with virtual_time() as t:
    house = House()
    house.minute(t)
    thermostat = Thermostat(house.heater, lambda: house.inside)
    pressed = asyncio.ThreadSafeFlag()
    for task in thermostat.control(), thermostat.clock(), thermostat.button(pressed):
        asyncio.create_task(task)
    t.at(50 * 3600 * 1000, pressed.set)  # somebody is cold on the third day
    for day in range(1, 8):
        t.advance(24 * 3600 * 1000)
        print(
            "day {}: {:.1f} to {:.1f} degrees, {} min heated, switched {} times".format(
                day, house.coldest, house.warmest, house.heated, thermostat.switched
            )
        )
        assert 16 < house.coldest and house.warmest < 25
        assert thermostat.switched < 24 * 12
        house.coldest, house.warmest = 99.0, -99.0
        house.heated = thermostat.switched = 0
