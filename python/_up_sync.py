# Semaphores, Condition, Barrier and Queue: names and behaviour of CPython's asyncio.
# Attributes that are no part of the interface, and helpers, have names that MicroPython has already: a new one takes
# some 14 bytes of flash.
import uasyncio_priority as core


# TypeError if the argument called `name` is no int, ValueError if it is less than `min`.
def range(name, value, min):
    if not isinstance(value, int):
        raise TypeError(name + " must be an int")
    if value < min:
        raise ValueError("%s must be %d or more" % (name, min))


# Semaphore(value=1): `value` tasks at a time get past acquire(), first come, first served.
# level: where those land that had to wait; None: each at its own.
class Semaphore:
    # Tasks in acquire() that wait and have been handed nothing. Between the cancel of one of them
    # and its next step it is in here, but not in the queue any more: that tells it which it was.
    # (If several are cancelled at a time they may swap roles. It comes to the same.)
    n = 0

    def __init__(self, value=1, level=None):
        range("value", value, 0)
        self.value = self.max = value  # max: for BoundedSemaphore
        self.group = core.WaitQueue(level)

    # Whether acquire() would wait.
    def locked(self):
        return not self.value

    async def acquire(self):
        if self.value:
            self.value -= 1
            return True
        task = core.current_task()
        self.n += 1
        try:
            await self.group.wait()
        except:  # noqa: E722
            core.wake(task)  # out of the queue too if its coroutine was closed from outside
            if self.n > len(self.group):
                self.n -= 1
            else:
                Semaphore.release(self)  # what it was handed goes to the next
            raise
        return True

    def release(self):
        if self.group.wake():
            self.n -= 1
        else:
            self.value += 1

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, type, value, _):
        self.release()


# One that refuses to be released more often than it was acquired: ValueError.
class BoundedSemaphore(Semaphore):
    def release(self):
        if self.value >= self.max:
            raise ValueError("Semaphore released more than acquired")
        Semaphore.release(self)


# Condition(lock=None): a Lock, and tasks that have it and wait for those who have it after them.
# They wait as at a semaphore that nobody gets past but by notify().
class Condition(Semaphore):
    def __init__(self, lock=None):
        Semaphore.__init__(self, 0)
        if lock is None:
            lock = core.Lock()
        self.acquire = lock.acquire
        self.release = lock.release
        self.locked = lock.locked

    # Gives the lock back, waits for notify(), and has the lock again however it ends.
    async def wait(self):
        self.release()  # raises if it is not locked
        self.value = 0  # what the last one who was cancelled could not use is lost
        notified = error = None
        try:
            notified = await Semaphore.acquire(self)
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
        while True:
            value = predicate()
            if value:
                return value
            await self.wait()

    # Wakes the `n` who wait longest, once they can have the lock.
    def notify(self, n=1):
        if not self.locked():
            self.release()  # raises
        self.n -= self.group.wake(n)

    def notify_all(self):
        self.notify(self.n)


# What wait() of a Barrier raises.
BrokenBarrierError = type("BrokenBarrierError", (RuntimeError,), {})


# Barrier(parties): wait() returns when that many tasks have come there, again and again.
class Barrier:
    def __init__(self, parties):
        range("parties", parties, 1)
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


# What get_nowait() raises.
QueueEmpty = type("QueueEmpty", (Exception,), {})


# What put_nowait() raises.
QueueFull = type("QueueFull", (Exception,), {})


# Queue(maxsize=0): first in, first out, for tasks too: an item that a waiting task was woken for
# is its own, so it is no more counted here. 0: no limit.
class Queue:
    def __init__(self, maxsize=0):
        self.n = 0  # items that task_done() was not called for
        self.maxsize = maxsize
        self.list = []
        self.items = Semaphore(0)
        self.max = maxsize > 0 and Semaphore(maxsize)
        self.group = core.WaitQueue()

    # How many get_nowait() can take.
    def qsize(self):
        return self.items.value

    def empty(self):
        return self.items.locked()

    def full(self):
        return self.max and self.max.locked()

    def pop(self):
        item = self.list.pop(0)
        if self.max:
            self.max.release()
        return item

    # Waits for an item.
    async def get(self):
        await self.items.acquire()
        return self.pop()

    def get_nowait(self):
        if not self.items.value:
            raise QueueEmpty
        self.items.value -= 1
        return self.pop()

    def push(self, item):
        try:
            self.list.append(item)
        except:  # noqa: E722
            if self.max:
                self.max.release()  # no memory: it is not in
            raise
        self.n += 1
        self.items.release()

    # Waits for room.
    async def put(self, item):
        if self.max:
            await self.max.acquire()
        self.push(item)

    def put_nowait(self, item):
        if self.full():
            raise QueueFull
        if self.max:
            self.max.value -= 1
        self.push(item)

    # An item that was taken is dealt with. ValueError if there is none.
    def task_done(self):
        if not self.n:
            raise ValueError("task_done() called too many times")
        self.n -= 1
        if not self.n:
            self.group.wake(len(self.group))

    # Waits until all items are dealt with.
    async def join(self):
        if self.n:
            await self.group.wait()
