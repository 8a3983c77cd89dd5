# Something is handed to a task in wait_for_ms(), and in the same tick, or some steps before or later, its time is over, or
# it is cancelled, or both. Whatever the order: what was handed over is the subject's, or the peer's who waits behind
# it, or there for the next; nobody is stuck; a cancel from outside wins over a time-out. A column is a number of steps
# between the hand-over and the strike; two are negative: the strike comes first, and has had its turn or not.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


# A kind of wait: take() waits for one unit and returns; give() hands one over; left() is how many nobody has.
class Lock:
    units = True
    make = asyncio.Lock

    def __init__(self):
        self.lock = self.make()

    async def begin(self):
        await self.lock.acquire()

    async def take(self):
        await self.lock.acquire()

    def give(self):
        self.lock.release()

    async def left(self):
        n = 0
        while not self.lock.locked():
            await self.lock.acquire()
            n += 1
        return n


class Semaphore(Lock):
    def make(self):
        return asyncio.Semaphore(1)


class Bounded(Lock):
    def make(self):
        return asyncio.BoundedSemaphore(1)


class Get:
    units = True

    def __init__(self):
        self.q = asyncio.Queue()

    async def begin(self):
        pass

    async def take(self):
        assert await self.q.get() == "item"

    def give(self):
        self.q.put_nowait("item")

    async def left(self):
        return self.q.qsize()


class Put(Get):
    def __init__(self):
        self.q = asyncio.Queue(1)
        self.q.put_nowait("item")

    async def take(self):
        await self.q.put("item")

    def give(self):
        self.q.get_nowait()

    async def left(self):
        return 1 - self.q.qsize()


class Condition(Get):
    def __init__(self):
        self.c = asyncio.Condition()

    async def take(self):
        async with self.c:
            await self.c.wait()

    def give(self):
        asyncio.create_task(self.notify())

    async def notify(self):
        async with self.c:
            self.c.notify()

    # What is notified and nobody takes is nobody's: as many as wait.
    async def left(self):
        return None


class Flag(Get):
    def __init__(self):
        self.f = asyncio.ThreadSafeFlag()

    peers = 0

    async def take(self):
        await self.f.wait()

    def give(self):
        self.f.set()

    async def left(self):
        try:
            await asyncio.wait_for_ms(self.f.wait(), 0)
            return 1
        except asyncio.TimeoutError:
            return 0


class Urgent(Flag):
    async def take(self):
        await self.f.wait(True)


class Event(Get):
    units = False

    def __init__(self):
        self.e = asyncio.Event()

    async def take(self):
        await self.e.wait()

    def give(self):
        self.e.set()

    async def left(self):
        return None


# A task that is awaited is cancelled with who awaits it, for all.
class Join(Event):
    peers = 0

    async def begin(self):
        self.t = asyncio.create_task(self.e.wait())

    async def take(self):
        await self.t


class When(Event):
    async def take(self):
        await asyncio.when(self.e.is_set)


# Who comes last lets the subject go on, or waits for the next one.
class Barrier(Get):
    units = False
    peers = 0

    def __init__(self):
        self.b = asyncio.Barrier(2)
        self.others = []

    async def take(self):
        await self.b.wait()

    def give(self):
        self.others.append(asyncio.create_task(self.b.wait()))

    async def left(self):
        if self.b.n_waiting:
            assert not self.others[0].done()
            self.give()
            await asyncio.sleep_ms(0)
            await asyncio.sleep_ms(0)
        assert all(t.done() for t in self.others), "another one is stuck"


async def takes(kind, name, limit, said):
    try:
        if limit is None:
            await kind.take()
        else:
            await asyncio.wait_for_ms(kind.take(), limit)
        said.append(name)
    except asyncio.TimeoutError:
        said.append("time-out")
    except asyncio.CancelledError:
        said.append("cancelled")
        raise


async def trial(cls, what, n):
    kind = cls()
    await kind.begin()
    clock(0)
    said = []
    subject = asyncio.create_task(takes(kind, "subject", 10, said))
    await asyncio.sleep_ms(0)
    peers = [
        asyncio.create_task(takes(kind, "peer", None, said))
        for _ in range(getattr(kind, "peers", 1))
    ]
    await asyncio.sleep_ms(0)
    clock(9)

    def strike():
        if "time-out" in what:
            clock(10)  # its timer is due, and goes before who is made due from now on
        if "cancel" in what:
            subject.cancel()

    if n < 0:
        strike()
        if "time-out" in what and n == -2:
            await asyncio.sleep_ms(0)  # the timer had its turn, the subject has not
        kind.give()
    else:
        if n == 0 and "time-out" in what:
            clock(10)
        kind.give()
        for _ in range(n):
            await asyncio.sleep_ms(0)
        strike()
    for _ in range(8):
        await asyncio.sleep_ms(0)
    assert subject.done(), "stuck"
    first = list(said)
    got = said.count("subject") + said.count("peer")
    left = await kind.left()
    if kind.units and left is not None:
        assert got + left == 1, (got, left)
    # Who still waits is served by the next one.
    clock(20)
    if not all(t.done() for t in peers):
        if left == 1 and not hasattr(kind, "lock"):
            raise AssertionError("it is there, and the peer was not given it")
        kind.give()
        for _ in range(8):
            await asyncio.sleep_ms(0)
        assert all(t.done() for t in peers), "the peer is stuck"
    return first


KINDS = Lock, Semaphore, Bounded, Get, Put, Condition, Flag, Urgent, Event, Join, When, Barrier


async def main():
    for cls in KINDS:
        for what in ("time-out", "cancel", "time-out and cancel"):
            row = []
            for n in (-2, -1, 0, 1, 2, 3):
                row.append(",".join(await trial(cls, what, n)))
            print(cls.__name__, what, *row, sep=" | ")


asyncio.run(main())
