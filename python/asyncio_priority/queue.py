# Queue: names and behaviour of CPython's asyncio.
from uasyncio_priority import Event
from asyncio_priority.sync import Semaphore


# What get_nowait() raises.
class QueueEmpty(Exception):
    pass


# What put_nowait() raises.
class QueueFull(Exception):
    pass


# Queue(maxsize=0): first in, first out, for tasks too: an item that a waiting task was woken for
# is its own, so it is no more counted here. 0: no limit.
class Queue:
    def __init__(self, maxsize=0):
        self.maxsize = maxsize
        self._list = []
        self._items = Semaphore(0)
        self._room = Semaphore(maxsize) if maxsize > 0 else None
        self._open = 0  # items that task_done() was not called for
        self._done = Event()
        self._done.set()

    # How many get_nowait() can take.
    def qsize(self):
        return self._items._value

    def empty(self):
        return self._items.locked()

    def full(self):
        return self._room is not None and self._room.locked()

    def _get(self):
        item = self._list.pop(0)
        if self._room:
            self._room.release()
        return item

    # Waits for an item.
    async def get(self):
        await self._items.acquire()
        return self._get()

    def get_nowait(self):
        if self.empty():
            raise QueueEmpty
        self._items._value -= 1
        return self._get()

    def _put(self, item):
        self._list.append(item)
        self._open += 1
        self._done.clear()
        self._items.release()

    # Waits for room.
    async def put(self, item):
        if self._room:
            await self._room.acquire()
        self._put(item)

    def put_nowait(self, item):
        if self.full():
            raise QueueFull
        if self._room:
            self._room._value -= 1
        self._put(item)

    # An item that was taken is dealt with. ValueError if there is none.
    def task_done(self):
        if not self._open:
            raise ValueError("task_done() called too many times")
        self._open -= 1
        if not self._open:
            self._done.set()

    # Waits until all items are dealt with.
    async def join(self):
        await self._done.wait()
