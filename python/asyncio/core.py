from asyncio_priority.core import *
from asyncio_priority.core import (
    __getattr__,
    _exc_context,
    _io_queue,
    _promote_to_task,
    _task_queue,
)
