# Synchronisation primitives of the 2017 generation. Whoever waits is parked.
# Barrier and the semaphores wake at low level, Event if asked to, Lock never.
import asyncio_priority

Lock = asyncio_priority.Lock
p_version = True  # there is a low level
type_coro = asyncio_priority.type_gen


# Calls `func`; what it returns, if that is a coroutine, becomes a task.
def launch(func, tup_args=()):
    res = func(*tup_args)
    if isinstance(res, type_coro):
        asyncio_priority.create_task(res)


# `await event`. Everybody who waits is woken by set(), even if clear() follows at once.
class Event(asyncio_priority.Event):
    def __init__(self, lp=False):
        super().__init__(asyncio_priority.LOW if lp else None)
        self._data = None

    def set(self, data=None):
        self._data = data
        super().set()

    def clear(self):
        self._data = None
        super().clear()

    def value(self):
        return self._data


# `await barrier`: goes on when `participants` tasks have come here. The last one calls `func`.
class Barrier:
    def __init__(self, participants, func=None, args=()):
        asyncio_priority._check_int("participants", participants, 1)
        if func is not None:
            asyncio_priority._check_callable("func", func)
        self._waiters = asyncio_priority.WaitQueue(asyncio_priority.LOW)
        self._others = participants - 1  # how many the last one finds there
        self._func = func
        self._args = args

    def __iter__(self):
        waiters = self._waiters
        if len(waiters) < self._others:
            yield from waiters.wait()
        else:
            waiters.wake(self._others)  # first: func may raise
            if self._func is not None:
                launch(self._func, self._args)


# acquire() or `async with`: at most `value` at a time.
class Semaphore(asyncio_priority.Semaphore):
    def __init__(self, value=1):
        super().__init__(value, asyncio_priority.LOW)


# One that refuses to be released more often than it was acquired.
class BoundedSemaphore(asyncio_priority.BoundedSemaphore):
    def __init__(self, value=1):
        super().__init__(value, asyncio_priority.LOW)
