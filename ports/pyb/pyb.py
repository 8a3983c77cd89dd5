# pyb.py  What programs for a Pyboard use of `pyb`, by way of `machine`: for boards that have no pyb of their own.
#
# `make pico PYB=1`, esp32 or esp8266, freezes it. A timer's callback is scheduled here, while on a Pyboard it is a hard interrupt.
import machine
import random
from machine import Pin  # noqa: F401 (for who imports it)
import time

millis = time.ticks_ms
micros = time.ticks_us
delay = time.sleep_ms
udelay = time.sleep_us


def elapsed_millis(start):
    return time.ticks_diff(time.ticks_ms(), start)


def elapsed_micros(start):
    return time.ticks_diff(time.ticks_us(), start)


def rng():
    # 30 random bits.
    return random.getrandbits(30)


class Timer:
    # Pyboards have 14 of them. Here the number does not matter: each takes a timer of the system's that is free.
    _used = []

    def __init__(self, number, **kw):
        self._timer = None
        self._callback = None
        self._freq = 0
        if kw:
            self.init(**kw)

    def init(self, *, freq, callback=None):
        self.deinit()
        self._freq = freq
        self._callback = callback
        self._timer = self._free()
        self._timer.init(
            period=max(1, round(1000 / freq)), mode=machine.Timer.PERIODIC, callback=self._tick
        )

    def _free(self):
        try:
            return machine.Timer(-1)
        except ValueError:  # an ESP32 has only timers of its hardware, by number
            number = 0
            while number in self._used:
                number += 1
            timer = machine.Timer(number)
            self._used.append(number)
            self._number = number
            return timer

    def _tick(self, timer):
        callback = self._callback
        if callback is not None:
            callback(self)

    def callback(self, fun):
        self._callback = fun

    def freq(self):
        return self._freq

    def deinit(self):
        if self._timer is not None:
            self._timer.deinit()
            self._timer = None
            self._freq = 0
            number = getattr(self, "_number", None)
            if number is not None:
                self._used.remove(number)
                self._number = None
