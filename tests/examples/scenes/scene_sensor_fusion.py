import time

from machine import I2C
from world import end


class Gyro:
    """Turns at 10 degrees a second, for 3 s. It says 2 more."""

    def __init__(self, t):
        self.t = t

    def read_register(self, register, n):
        return ((12 if self.t.now() < 3000 else 2) * 131).to_bytes(2, "big")


class Accelerometer:
    """Sees the angle."""

    def __init__(self, t):
        self.t = t

    def read_register(self, register, n):
        angle = min(self.t.now() / 1000 * 10, 30) * 0.01745329
        g = (256 * angle, 256 * (1 - angle * angle / 2))
        return int(g[register == 0x36]).to_bytes(2, "big")


def script(t):
    I2C.devices[0x68] = Gyro(t)
    I2C.devices[0x53] = Accelerometer(t)
    t.at(2505, time.sleep_ms, 35)  # an interrupt that takes its time
    t.at(4500, end)
