"""MicroPython's `asyncio.stream`: all names are in `asyncio`."""

from asyncio_priority import *
