# Names of uasyncio V2, and of the loops that grew on it.
import uasyncio_priority as core


# A tuple tells programs that this is more than plain uasyncio.
version = ("asyncio_priority", "0.1.0")
DEBUG = 0
type_gen = type((lambda: (yield))())  # of all coroutines
log = None
# There is one loop: its class gives that.
EventLoop = core.get_event_loop


# As in V2: DEBUG and log are for the program; the loop logs nothing.
def set_debug(val):
    global DEBUG, log
    DEBUG = val
    if val:
        import logging as log


# The task of `coro`, which may be one already.
def ensure_future(coro, loop=None):
    return coro if isinstance(coro, core.Task) else core.create_task(coro)


# There is one loop, from the start.
def get_running_loop():
    return core.Loop


def got_event_loop():
    return True


# Their instances were what `await` saw: SleepMs()(20) is sleep_ms(20).
def SleepMs():
    return core.sleep_ms


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
        core.stop_loop(self.arg)
