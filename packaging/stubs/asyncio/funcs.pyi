"""MicroPython's `asyncio.funcs`: all names are in `asyncio`."""

from asyncio_priority import *
