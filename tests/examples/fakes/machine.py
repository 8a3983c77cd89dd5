# The hardware: pins that say what they do, buses whose devices are the scene's.
from asyncio_priority.testing import Pin as _Pin
from world import say


class Pin(_Pin):
    def init(self, mode=-1, pull=-1, *, value=None):
        if mode == Pin.OUT and self.on_change is None:  # no scene looks at it
            self.on_change = _say_pin
        super().init(mode, pull, value=value)


def _say_pin(pin, level):
    say(pin, level)


class I2C:
    devices = {}  # by address

    def __init__(self, id, **kw):
        pass

    def writeto(self, address, data):
        I2C.devices[address].write(data)

    def writeto_mem(self, address, register, data):
        I2C.devices[address].write_register(register, data)

    def readfrom_mem(self, address, register, n):
        return I2C.devices[address].read_register(register, n)


class WDT:
    def __init__(self, id=0, timeout=5000):
        say("watchdog of", timeout, "ms")
        self.fed = 0

    def feed(self):
        say("fed")


class UART:
    lines = {}  # by number: what the program's end is

    def __new__(cls, id, baudrate=9600):
        return cls.lines[id]
