"""What libraries take from MicroPython's `asyncio.core`. All of `asyncio_priority` is there."""

from typing import Any

from asyncio_priority import *
from uasyncio_priority import Task as Task, _exc_context as _exc_context, _io_queue as _io_queue
from uasyncio_priority import _task_queue as _task_queue

def _promote_to_task(aw: Any) -> Task[Any]:
    """The task of `aw`, which may be one already."""
