"""The same loop under the name `asyncio`: in our firmware, or after `asyncio_priority.use()`."""

from uasyncio import *
