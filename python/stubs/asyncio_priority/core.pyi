# Types of what libraries take from MicroPython's asyncio.core.
import select as select
import sys as sys
from typing import Any, Awaitable

from uasyncio_priority import *
from uasyncio_priority import Task, _exc_context as _exc_context, _io_queue as _io_queue
from uasyncio_priority import _task_queue as _task_queue

SingletonGenerator: type

def ticks() -> int: ...
def ticks_add(ticks: int, delta: int, /) -> int: ...
def ticks_diff(end: int, start: int, /) -> int: ...
def _promote_to_task(aw: Awaitable[Any]) -> Task[Any]: ...
