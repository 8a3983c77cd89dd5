"""What libraries take from MicroPython's `asyncio.core`."""

from asyncio_priority.core import *
from asyncio_priority.core import _exc_context as _exc_context, _io_queue as _io_queue
from asyncio_priority.core import _promote_to_task as _promote_to_task
from asyncio_priority.core import _task_queue as _task_queue
