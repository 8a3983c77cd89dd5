# Every fault, at every step of the waits that are built on the native ones: what was handed to the subject goes to the
# peer, and nothing is left.
import sys

sys.path.append("../faults")
import asyn
import asyncio_priority as asyncio
from inject import OUTSIDE, Kind, run


class Semaphore(Kind):
    make = asyncio.Semaphore

    def __init__(self):
        self.s = self.make(1)
        self.mine = True

    def begin(self):
        return self.s.acquire()

    async def use(self):
        async with self.s:
            pass

    async def one(self):
        if self.mine:
            self.mine = False
            self.s.release()

    mine_left = 1

    # All permits are there, and nobody waits who would take one.
    def left(self):
        there = asyncio.run(self.all())
        self.s.release()
        return None if there == self.mine_left and not self.s.locked() else there

    async def all(self):
        there = 0
        while not self.s.locked():
            await self.s.acquire()
            there += 1
        return there


class Bounded(Semaphore):
    make = asyncio.BoundedSemaphore


class AsynSemaphore(Semaphore):
    make = asyn.Semaphore


# Permits that are not given back.
class Permits(Semaphore):
    alive = 12

    async def begin(self):
        await self.s.acquire()
        self.given = self.used = 0

    async def use(self):
        await self.s.acquire()
        self.used += 1

    async def one(self):
        self.given += 1
        self.s.release()

    def left(self):
        self.mine_left = self.given - self.used
        return Semaphore.left(self)


class Condition(Kind):
    alive = 12

    def __init__(self):
        self.c = asyncio.Condition()

    async def use(self):
        async with self.c:
            await self.c.wait()

    async def one(self):
        async with self.c:
            self.c.notify()

    def left(self):
        self.c._notified.release()  # nobody waits who would get it
        return self.c.locked() or self.c._notified.locked() or None


class ConditionFor(Condition):
    alive = 10
    go = False

    async def use(self):
        async with self.c:
            await self.c.wait_for(lambda: self.go)

    async def one(self):
        async with self.c:
            self.go = True
            self.c.notify_all()


class Barrier(Kind):
    gone = 12
    first = True

    def __init__(self):
        self.b = asyncio.Barrier(3)
        self.more = []

    def use(self):
        return self.b.wait()

    async def one(self):
        if self.b.n_waiting == 2:
            await self.b.wait()
        else:
            self.more.append(asyncio.create_task(self.b.wait()))

    # The loop does not learn that a coroutine was closed until it is its turn: that one is counted.
    def peer(self, phase, fault):
        return 10 if fault in OUTSIDE and phase != "queued" else Kind.peer(self, phase, fault)

    def left(self):
        return self.b.n_waiting or not all(t.done() for t in self.more) or None


# Whether the Queue is empty and knows of no item that task_done() is to be called for.
def all_done(q):
    try:
        q.task_done()
        return False
    except ValueError:
        return q.empty()


class Get(Kind):
    alive = 12

    def __init__(self):
        self.q = asyncio.Queue()
        self.put = self.got = 0

    async def use(self):
        assert await self.q.get() == self.got
        self.got += 1
        self.q.task_done()

    async def one(self):
        self.q.put_nowait(self.put)
        self.put += 1

    # What nobody got can be had.
    def left(self):
        for n in range(self.got, self.put):
            assert self.q.get_nowait() == n
            self.q.task_done()
        return None if all_done(self.q) else self.q.qsize()


class Put(Kind):
    alive = 12

    def __init__(self):
        self.q = asyncio.Queue(1)
        self.q.put_nowait(0)
        self.taken = 0
        self.put = 1

    async def use(self):
        await self.q.put(1)
        self.put += 1

    async def one(self):
        self.q.get_nowait()
        self.taken += 1

    def left(self):
        q = self.q
        if self.put > self.taken:
            q.get_nowait()
        empty = q.empty()
        q.put_nowait(1)
        return None if empty and q.full() else q.qsize()


class QueueJoin(Kind):
    def __init__(self):
        self.q = asyncio.Queue()
        self.q.put_nowait(0)

    def use(self):
        return self.q.join()

    async def one(self):
        if not self.q.empty():
            self.q.get_nowait()
            self.q.task_done()


class Gather(Kind):
    def __init__(self):
        self.event = asyncio.Event()
        self.tasks = []

    async def use(self):
        tasks = [asyncio.create_task(self.event.wait()) for _ in range(2)]
        self.tasks += tasks
        await asyncio.gather(*tasks)

    async def one(self):
        self.event.set()

    def left(self):
        return None if all(t.done() for t in self.tasks) else self.tasks


class WaitFor(Gather):
    async def use(self):
        task = asyncio.create_task(self.event.wait())
        self.tasks.append(task)
        await asyncio.wait_for_ms(task, 25)


# The wait ends because the time is up.
class Timeout(Gather):
    async def use(self):
        await asyncio.sleep_ms(4)
        try:
            await asyncio.wait_for(asyncio.sleep(1), 0.0015)
            raise OSError
        except asyncio.TimeoutError:
            pass


class AsynEvent(Kind):
    def __init__(self):
        self.event = asyn.Event()

    async def use(self):
        await self.event

    async def one(self):
        self.event.set()


class AsynLock(Kind):
    def __init__(self):
        self.lock = asyn.Lock()
        self.mine = True

    def begin(self):
        return self.lock.acquire()

    async def use(self):
        async with self.lock:
            pass

    async def one(self):
        if self.mine:
            self.mine = False
            self.lock.release()


class AsynBarrier(Barrier):
    def __init__(self):
        self.b = asyn.Barrier(3)
        self.more = []

    async def use(self):
        await self.b

    async def one(self):
        if len(self.b._waiters) == 2:
            await self.b
        else:
            self.more.append(asyncio.create_task(self.use()))

    def left(self):
        return len(self.b._waiters) or not all(t.done() for t in self.more) or None


run(
    Semaphore,
    Bounded,
    AsynSemaphore,
    Permits,
    Condition,
    ConditionFor,
    Barrier,
    Get,
    Put,
    QueueJoin,
    Gather,
    WaitFor,
    Timeout,
    AsynEvent,
    AsynLock,
    AsynBarrier,
)
