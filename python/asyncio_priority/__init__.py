# What users import: `import asyncio_priority as asyncio`.
# All that runs per scheduled step is native; the rest stays out of RAM until somebody names it.
from uasyncio_priority import *
from uasyncio_priority import Loop  # not in ROM, so `*` leaves it out

__version__ = (3, 0, 0)  # of the asyncio whose names these are


def __getattr__(name):
    if name in ("gather", "wait_for", "wait_for_ms"):
        import asyncio_priority.funcs as part
    elif name in (
        "After",
        "AfterMs",
        "DEBUG",
        "EventLoop",
        "PriorityEventLoop",
        "Sleep",
        "SleepMs",
        "StopLoop",
        "SysCall",
        "SysCall1",
        "When",
        "coroutine",
        "ensure_future",
        "get_running_loop",
        "got_event_loop",
        "log",
        "set_debug",
        "type_gen",
        "version",
    ):
        import asyncio_priority.v2 as part
    else:
        raise AttributeError(name)
    value = getattr(part, name)
    if callable(value):  # DEBUG and log change
        globals()[name] = value
    return value
