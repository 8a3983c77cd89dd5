# What fewer programs need: Condition and Barrier, with the names and the behaviour of CPython's asyncio; names of uasyncio
# V2, of the loops that grew on it, and of MicroPython's asyncio.core.
# Attributes that are no part of the interface, and helpers, have names that MicroPython has already: a new one takes
# some 14 bytes of flash.
import select
import sys
from time import ticks_add, ticks_diff
import uasyncio_priority as core


# Condition(lock=None): a Lock, and tasks that have it and wait for those who have it after them.
class Condition:
    def __init__(self, lock=None):
        if lock is None:
            lock = core.Lock()
        self.acquire = lock.acquire
        self.release = lock.release
        self.locked = lock.locked
        self.__aenter__ = lock.__aenter__
        self.__aexit__ = lock.__aexit__
        self.group = core.Semaphore(0)  # nobody gets past but by notify()

    # Gives the lock back, waits for notify(), and has the lock again however it ends.
    async def wait(self):
        self.release()  # raises if it is not locked
        if not self.group.locked():
            self.group = core.Semaphore(
                0
            )  # what the last one who was cancelled could not use is lost
        notified = error = None
        try:
            notified = await self.group.acquire()
        finally:
            while True:
                try:
                    await self.acquire()
                    break
                except core.CancelledError as er:
                    error = er
            if error:
                if notified:
                    self.notify()  # it was lost on us
                raise error
        return True

    # Waits until predicate() is true; its value.
    async def wait_for(self, predicate):
        while not (value := predicate()):
            await self.wait()
        return value

    # Wakes the `n` who wait longest, once they can have the lock.
    def notify(self, n=1):
        core.__lt__("n", 1 if n == 0 else n)  # 0 or more
        if not self.locked():
            self.release()  # raises
        # If it is not locked nobody waits there.
        while n > 0 and self.group.locked():
            n -= 1
            self.group.release()

    def notify_all(self):
        self.notify(16777216)  # more than there can be


# What wait() of a Barrier raises.
BrokenBarrierError = type("BrokenBarrierError", (RuntimeError,), {})


# Barrier(parties): wait() returns when that many tasks have come there, again and again.
class Barrier:
    def __init__(self, parties):
        core.__lt__("parties", parties)  # 1 or more
        self.parties = parties
        self.broken = False
        self.group = core.WaitQueue()

    @property
    def n_waiting(self):
        return len(self.group)

    # Which it is, from 0 to parties - 1: one task may be chosen by it.
    # BrokenBarrierError if reset() or abort() comes first.
    async def wait(self):
        q = self.group
        n = len(q)
        if not self.broken:
            if n + 1 >= self.parties:
                q.wake(n)
                return n
            await q.wait()
            if q is self.group:
                return n
        raise BrokenBarrierError

    __aenter__ = wait

    async def __aexit__(self, type, value, _):
        pass

    # Of no use any more, until reset().
    async def abort(self):
        group = self.group
        self.group = core.WaitQueue()  # tells those who wait that it is not as they left it
        self.broken = True
        group.wake(self.parties)

    # Empty again, and no more broken.
    async def reset(self):
        await self.abort()
        self.broken = False


# A tuple tells programs that this is more than plain uasyncio.
version = ("asyncio_priority", "0.1.0")
DEBUG = 0
log = None
# There is one loop: its classes give that.
EventLoop = PriorityEventLoop = core.get_event_loop
ticks = core.Loop.time


# As in V2: DEBUG and log are for the program; the loop logs nothing.
def set_debug(val):
    global DEBUG, log
    DEBUG = val
    if val:
        import logging as log


# The task of `coro`, which may be one already.
def ensure_future(coro, loop=None):
    return coro if isinstance(coro, core.Task) else core.create_task(coro)


_promote_to_task = ensure_future


# There is one loop, from the start.
def get_running_loop():
    return core.Loop


def got_event_loop():
    return True


# Their instances were what `await` saw: SleepMs()(20) is sleep_ms(20).
def SleepMs():
    return core.sleep_ms


def Sleep():
    return core.sleep


def AfterMs():
    return core.after_ms


def After():
    return core.after


def When():
    return core.when


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
