# What users import: `import asyncio_priority as asyncio`.
# All that runs per scheduled step is native; the rest stays out of RAM until somebody names it.
from uasyncio_priority import *
from uasyncio_priority import Loop  # not in ROM, so `*` leaves it out

__version__ = (3, 0, 0)  # of the asyncio whose names these are

_PARTS = (
    ("funcs", ("gather", "wait_for", "wait_for_ms")),
    (
        "stream",
        (
            "Server",
            "Stream",
            "StreamReader",
            "StreamWriter",
            "open_connection",
            "start_server",
        ),
    ),
    (
        "sync",
        (
            "Barrier",
            "BoundedSemaphore",
            "BrokenBarrierError",
            "Condition",
            "Queue",
            "QueueEmpty",
            "QueueFull",
            "Semaphore",
        ),
    ),
    (
        "core",
        ("SingletonGenerator", "cur_task", "select", "sys", "ticks", "ticks_add", "ticks_diff"),
    ),
    (
        "v2",
        (
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
        ),
    ),
)


# `name` for a module that has these `names`, which keeps what does not change.
def _lazy(name, names):
    if name == "core":
        return __import__(name, None, None, True, 1)
    for part, its in _PARTS:
        if name in its:
            break
    else:
        raise AttributeError(name)
    value = getattr(__import__(part, None, None, True, 1), name)
    if callable(value):  # DEBUG, log and cur_task change
        names[name] = value
    return value


def __getattr__(name):
    return _lazy(name, globals())
