# What users import: `import asyncio_priority as asyncio`.
# All that runs per scheduled step is native; the rest stays out of RAM until somebody names it.
from uasyncio_priority import *
from uasyncio_priority import Loop, _io_queue, _task_queue  # `*` leaves these out

__version__ = (3, 0, 0)  # of the asyncio whose names these are

# What libraries look for in MicroPython's asyncio.core is all here.
import asyncio_priority as core

# (Not `import sys`, which would keep the name in RAM.)
__import__("sys").modules["asyncio_priority.core"] = core


# `name` for the module that has these `globals`, where it is kept if it does not change.
def __getattr__(name, globals=globals(), native=__import__("uasyncio_priority")):
    if name == "cur_task":
        return native.cur_task
    if name == "_exc_context":
        return native._exc_context
    if name == "SingletonGenerator":  # what sleep_ms() returns
        return type(sleep_ms(0))
    if name == "get_event_loop":  # asyncio and uasyncio ask for theirs
        # get_event_loop(runq_len=16, waitq_len=16, ioq_len=0, lp_len=0), and by keyword the names
        # that asyncio_priority has
        def get_event_loop(*args, **kw):
            if len(args) > 4:
                raise TypeError("get_event_loop takes up to 4 positional arguments")
            for name, arg in zip(("runq_len", "waitq_len", "ioq_len", "lp_len"), args):
                if name in kw:
                    raise TypeError(name + " given twice")
                kw[name] = arg  # only what is given: a later call changes nothing else
            return core.get_event_loop(**kw)

        return get_event_loop
    if name in ("gather", "wait_for", "wait_for_ms"):
        part = "funcs"
    elif name in (
        "Server",
        "Stream",
        "StreamReader",
        "StreamWriter",
        "open_connection",
        "start_server",
    ):
        part = "stream"
    elif name in (
        "Barrier",
        "BoundedSemaphore",
        "BrokenBarrierError",
        "Condition",
        "Queue",
        "QueueEmpty",
        "QueueFull",
        "Semaphore",
        "_check",
    ):
        part = "sync"
    else:
        part = "v2"
    value = getattr(__import__(part, None, None, True, 1), name, globals)
    if value is globals:
        raise AttributeError(name)
    if callable(value):  # DEBUG and log change
        globals[name] = value
    return value
