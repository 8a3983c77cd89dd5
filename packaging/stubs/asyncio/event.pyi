"""MicroPython's `asyncio.event`: all names are in `asyncio`."""

from asyncio_priority import *
