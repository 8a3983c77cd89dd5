# What libraries take from MicroPython's asyncio.core, and what its own imports leave there.
import select
import sys
from time import ticks_add, ticks_diff

from uasyncio_priority import *
from uasyncio_priority import Loop, _exc_context, _io_queue, _task_queue
import uasyncio_priority as _native

ticks = Loop.time


# Ensures that the awaitable is a task.
def _promote_to_task(aw):
    return aw if isinstance(aw, Task) else create_task(aw)


# cur_task: the Task whose step runs, or None. SingletonGenerator: what sleep_ms() returns.
def __getattr__(name):
    if name == "cur_task":
        return _native.cur_task
    if name == "SingletonGenerator":
        return type(sleep_ms(0))
    raise AttributeError(name)
