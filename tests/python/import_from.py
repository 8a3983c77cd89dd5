# What scripts import by name: what is in the table, what is made on demand, and what is in Python.
from asyncio import gather, get_event_loop
from asyncio.core import ensure_future, get_event_loop as core_loop
from asyncio_priority import Condition, Loop, get_event_loop as priority_loop
from uasyncio import StreamReader, get_event_loop as uasyncio_loop
from uasyncio_priority import cur_task, get_event_loop as native_loop

loops = (get_event_loop, uasyncio_loop, priority_loop, native_loop, core_loop)
print([get() is Loop for get in loops])
print(get_event_loop is uasyncio_loop, priority_loop is native_loop)
print(
    cur_task, StreamReader.__name__, Condition.__name__, callable(gather), callable(ensure_future)
)
