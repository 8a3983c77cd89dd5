# `time` for the boards in QEMU, whose own does not know of virtual time.
from utime import *  # noqa: F403
import uasyncio_priority as _core
from asyncio_priority import testing as _testing

_MASK = 0x3FFFFFFF


def _pass(us):
    end = _core._virtual_us() + us
    while _core._virtual_us() < end:
        _testing._current._pass(end)


def sleep(s):
    _pass(int(s * 1000000))


def sleep_ms(ms):
    _pass(ms * 1000)


def sleep_us(us):
    _pass(us)


def ticks_ms():
    return _core._virtual_us() // 1000 & _MASK


def ticks_us():
    return _core._virtual_us() & _MASK


def time():
    return _testing._current._epoch + _core._virtual_us() // 1000000
