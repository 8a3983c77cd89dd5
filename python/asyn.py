# Synchronisation primitives of the 2017 generation. Whoever waits is parked.
# Barrier and the semaphores wake at low level, Event if asked to, Lock never.
from asyncio_priority.sync import BoundedSemaphore as _BoundedSemaphore
from asyncio_priority.sync import Semaphore as _Semaphore
from uasyncio_priority import LOW, Lock, WaitQueue, create_task

p_version = True  # there is a low level


# The type of coroutines.
def type_coro():
    yield


type_coro = type(type_coro())


# Calls `func`; what it returns, if that is a coroutine, becomes a task.
def launch(func, tup_args=()):
    res = func(*tup_args)
    if isinstance(res, type_coro):
        create_task(res)


# `await event`. Everybody who waits is woken by set(), even if clear() follows at once.
class Event:
    def __init__(self, lp=False):
        self._q = WaitQueue(LOW if lp else None)
        self.clear()

    def __iter__(self):
        if not self._set:
            yield from self._q.wait()

    def is_set(self):
        return self._set

    def set(self, data=None):
        self._set = True
        self._data = data
        self._q.wake(len(self._q))

    def clear(self):
        self._set = False
        self._data = None

    def value(self):
        return self._data


# `await barrier`: goes on when `participants` tasks have come here. The last one calls `func`.
class Barrier:
    def __init__(self, participants, func=None, args=()):
        if participants < 1:
            raise ValueError("participants must be 1 or more")
        if not (func is None or callable(func)):
            raise TypeError("func must be callable")
        self._q = WaitQueue(LOW)
        self._others = participants - 1
        self._func = func
        self._args = args

    def __iter__(self):
        q = self._q
        if len(q) < self._others:
            yield from q.wait()
        else:
            q.wake(self._others)  # first: func may raise
            if self._func is not None:
                launch(self._func, self._args)


# acquire() or `async with`: at most `value` at a time.
class Semaphore(_Semaphore):
    def __init__(self, value=1):
        super().__init__(value, LOW)


# One that refuses to be released more often than it was acquired.
class BoundedSemaphore(_BoundedSemaphore):
    def __init__(self, value=1):
        super().__init__(value, LOW)
