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
        self.data = None

    def set(self, data=None):
        self.data = data
        super().set()

    def clear(self):
        self.data = None
        super().clear()

    def value(self):
        return self.data


# `await barrier`: goes on when `participants` tasks have come here. The last one calls `func`.
class Barrier:
    def __init__(self, participants, func=None, args=()):
        asyncio_priority.__lt__("participants", participants)  # 1 or more
        if func is not None:
            asyncio_priority.__lt__("func", func, 1)  # callable
        self.group = asyncio_priority.WaitQueue(asyncio_priority.LOW)
        self.n = participants - 1  # how many the last one finds there
        self.function = func, args

    def __iter__(self):
        q = self.group
        if len(q) < self.n:
            yield from q.wait()
        else:
            q.wake(self.n)  # first: func may raise
            if self.function[0] is not None:
                launch(*self.function)


# acquire() or `async with`: at most `value` at a time.
class Semaphore(asyncio_priority.Semaphore):
    def __init__(self, value=1):
        super().__init__(value, asyncio_priority.LOW)


# One that refuses to be released more often than it was acquired.
class BoundedSemaphore(asyncio_priority.BoundedSemaphore):
    def __init__(self, value=1):
        super().__init__(value, asyncio_priority.LOW)
