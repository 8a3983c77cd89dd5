# Names of uasyncio V2 and of the loops that grew on it.
from uasyncio_priority import Loop, Task, after, after_ms, create_task, get_event_loop
from uasyncio_priority import sleep, sleep_ms, stop_loop, when

# A tuple tells programs that this is more than plain uasyncio.
version = ("asyncio_priority", "0.1.0")
DEBUG = 0
log = None
# There is one loop: its classes give that.
EventLoop = PriorityEventLoop = get_event_loop


# The type of coroutines.
def type_gen():
    yield


type_gen = type(type_gen())


# As in V2: DEBUG and log are for the program; the loop logs nothing.
def set_debug(val):
    global DEBUG, log
    DEBUG = val
    if val:
        import logging

        log = logging


# The decorator of the days before `async def`.
def coroutine(f):
    return f


# The task of `coro`, which may be one already.
def ensure_future(coro, loop=None):
    return coro if isinstance(coro, Task) else create_task(coro)


# There is one loop, from the start.
def get_running_loop():
    return Loop


def got_event_loop():
    return True


# Their instances were what `await` saw: SleepMs()(20) is sleep_ms(20).
def _class(f):
    def new():
        return f

    return new


SleepMs = _class(sleep_ms)
Sleep = _class(sleep)
AfterMs = _class(after_ms)
After = _class(after)
When = _class(when)


# What a coroutine yields to have the loop call handle(), as part of its step.
class SysCall:
    def __init__(self, *args):
        self.args = args

    def handle(self):
        raise NotImplementedError


class SysCall1(SysCall):
    def __init__(self, arg):
        self.arg = arg


# run_forever() returns the argument.
class StopLoop(SysCall1):
    def handle(self):
        stop_loop(self.arg)
