# Semaphores, Condition and Barrier: names and behaviour of CPython's asyncio.
from uasyncio_priority import CancelledError, Lock, WaitQueue


# Tasks that wait to be handed something, first come, first served. If one is cancelled that has
# been handed it, _pass_on() gives it to the next.
class _Waiters:
    def __init__(self, level=None):
        self._q = WaitQueue(level)
        # Tasks in _park() that have been handed nothing. Between the cancel of one of them and its
        # next step it is in here, but not in the queue any more: that tells it which it was. (If
        # several are cancelled at a time they may swap roles. It comes to the same.)
        self._n = 0

    async def _park(self):
        self._n += 1
        try:
            await self._q.wait()
        except CancelledError:
            if self._n > len(self._q):
                self._n -= 1
            else:
                self._pass_on()
            raise

    # Hands over to the `n` who wait longest; how many there were.
    def _hand(self, n=1):
        n = self._q.wake(n)
        self._n -= n
        return n


class _Context:
    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, exc_type, exc, tb):
        self.release()


# Semaphore(value=1): `value` tasks at a time get past acquire().
# level: where those land that had to wait; None: each at its own.
class Semaphore(_Waiters, _Context):
    def __init__(self, value=1, level=None):
        if value < 0:
            raise ValueError("value must be 0 or more")
        super().__init__(level)
        self._value = value

    # Whether acquire() would wait.
    def locked(self):
        return not self._value

    async def acquire(self):
        if self._value:
            self._value -= 1
        else:
            await self._park()
        return True

    def release(self):
        if not self._hand():
            self._value += 1

    _pass_on = release


# One that refuses to be released more often than it was acquired: ValueError.
class BoundedSemaphore(Semaphore):
    def __init__(self, value=1, level=None):
        super().__init__(value, level)
        self._limit = value

    def release(self):
        if self._value >= self._limit:
            raise ValueError("Semaphore released more than acquired")
        super().release()


# Condition(lock=None): a Lock, and tasks that have it and wait for those who have it after them.
class Condition(_Waiters, _Context):
    def __init__(self, lock=None):
        super().__init__()
        self._lock = lock = Lock() if lock is None else lock
        self.acquire = lock.acquire
        self.release = lock.release
        self.locked = lock.locked

    def _check(self):
        if not self.locked():
            raise RuntimeError("the Condition's lock is not acquired")

    # Gives the lock back, waits for notify(), and has the lock again however it ends.
    async def wait(self):
        self._check()
        self.release()
        error = None
        notified = False
        try:
            await self._park()
            notified = True
        except CancelledError as er:
            error = er
        while True:
            try:
                await self.acquire()
                break
            except CancelledError as er:
                error = er
        if error:
            if notified:
                self._hand()  # it was lost on us
            raise error
        return True

    # Waits until predicate() is true; its value.
    async def wait_for(self, predicate):
        while True:
            value = predicate()
            if value:
                return value
            await self.wait()

    # Wakes the `n` who wait longest, once they can have the lock.
    def notify(self, n=1):
        self._check()
        self._hand(n)

    def notify_all(self):
        self.notify(len(self._q))

    _pass_on = _Waiters._hand


# What wait() of a Barrier raises.
class BrokenBarrierError(RuntimeError):
    pass


# Barrier(parties): wait() returns when that many tasks have come there, again and again.
class Barrier:
    def __init__(self, parties):
        if parties < 1:
            raise ValueError("parties must be 1 or more")
        self.parties = parties
        self.broken = False
        self._q = WaitQueue()
        self._era = 0  # ends with reset() and abort()

    @property
    def n_waiting(self):
        return len(self._q)

    async def __aenter__(self):
        return await self.wait()

    async def __aexit__(self, exc_type, exc, tb):
        pass

    # Which it is, from 0 to parties - 1: one task may be chosen by it.
    # BrokenBarrierError if reset() or abort() comes first.
    async def wait(self):
        if self.broken:
            raise BrokenBarrierError
        q = self._q
        n = len(q)
        if n + 1 >= self.parties:
            q.wake(n)
        else:
            era = self._era
            await q.wait()
            if era != self._era:
                raise BrokenBarrierError
        return n

    # Empty again, and no more broken.
    async def reset(self):
        self._break(False)

    # Of no use any more, until reset().
    async def abort(self):
        self._break(True)

    def _break(self, broken):
        self.broken = broken
        self._era += 1
        self._q.wake(len(self._q))
