# Synchronisation primitives of the 2017 generation. Whoever waits is parked.
# Barrier and the semaphores wake at low level, Event if asked to, Lock never.
from uasyncio_priority import LOW, CancelledError, Lock, WaitQueue, create_task
from uasyncio_priority import Event as _Event

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
class Semaphore:
    def __init__(self, value=1):
        if value < 0:
            raise ValueError("value must be 0 or more")
        self._count = value
        self._waiting = []

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, *args):
        self.release()

    async def acquire(self):
        if self._count:
            self._count -= 1
            return
        turn = _Event(LOW)
        self._waiting.append(turn)
        try:
            await turn.wait()
        except CancelledError:
            if turn.is_set():
                self.release()  # it was handed to us: pass it on
            else:
                self._waiting.remove(turn)
            raise

    # Hands over to the one who waits longest, so that nobody can overtake.
    def release(self):
        if self._waiting:
            self._waiting.pop(0).set()
        else:
            self._count += 1


# One that refuses to be released more often than it was acquired.
class BoundedSemaphore(Semaphore):
    def __init__(self, value=1):
        super().__init__(value)
        self._limit = value

    def release(self):
        if self._count >= self._limit:
            raise ValueError("Semaphore released more than acquired")
        super().release()
