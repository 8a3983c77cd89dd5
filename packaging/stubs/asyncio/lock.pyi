"""MicroPython's `asyncio.lock`: all names are in `asyncio`."""

from asyncio_priority import *
