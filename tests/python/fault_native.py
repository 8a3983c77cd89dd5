# Every fault, at every step of the waits that are native: what is not to blame goes on, in order, and nothing is left.
import sys

sys.path.append("../faults")
import asyncio_priority as asyncio
from inject import OUTSIDE, Kind, run
from uasyncio_priority import wake


class Sleep(Kind):
    async def use(self):
        await asyncio.sleep_ms(4)
        await asyncio.sleep_ms(1)


class SleepSeconds(Kind):
    async def use(self):
        await asyncio.sleep(0.0045)
        await asyncio.sleep(0.0015)


class After(Kind):
    async def use(self):
        await asyncio.after_ms(4)
        await asyncio.after_ms(1)


class YieldInt(Kind):
    def use(self):
        yield 4
        yield 1


class YieldSleep(Kind):
    def use(self):
        yield asyncio.sleep_ms(4)
        yield asyncio.after(0.0015)


# These are ready at 10, where the task that injects finds them.
class Yield(Kind):
    def use(self):
        yield 5
        yield


class Sleep0(Kind):
    async def use(self):
        await asyncio.sleep_ms(5)
        await asyncio.sleep_ms(0)


class After0(Kind):
    async def use(self):
        await asyncio.sleep_ms(5)
        await asyncio.after(0)


class YieldGenerator(Kind):
    def use(self):
        yield 5
        yield other()


async def other():
    await asyncio.sleep_ms(1)


# Who wakes it does not know what became of it.
class YieldFalse(Kind):
    alive = gone = passed = 12

    def __init__(self):
        self.tasks = []

    def use(self):
        self.tasks.append(asyncio.current_task())
        yield False

    async def one(self):
        if self.tasks:
            wake(self.tasks.pop(0))

    def peer(self, phase, fault):
        return 10 if phase in ("queued", "behind") and fault else 12


class When(Kind):
    go = False

    def use(self):
        return asyncio.when(lambda: self.go)

    async def one(self):
        self.go = True


class Event(Kind):
    def __init__(self):
        self.event = asyncio.Event()

    def use(self):
        return self.event.wait()

    async def one(self):
        self.event.set()


class Flag(Kind):
    priority = False

    def __init__(self):
        self.flag = asyncio.ThreadSafeFlag()

    def use(self):
        return self.flag.wait(self.priority)

    async def one(self):
        self.flag.set()


class FastFlag(Flag):
    priority = True


class Lock(Kind):
    def __init__(self):
        self.lock = asyncio.Lock()
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

    def left(self):
        return self.lock.locked() or None


# A fault while the lock is held lets go of it.
class LockHeld(Lock):
    async def begin(self):
        self.mine = False

    def peer(self, phase, fault):
        return {"queued": 10, "waiting": 12, "behind": 10}.get(fault and phase, 15)

    async def use(self):
        async with self.lock:
            await asyncio.sleep_ms(4)
            await asyncio.sleep_ms(1)


class WaitQueue(Kind):
    alive = passed = 12

    def __init__(self):
        self.queue = asyncio.WaitQueue()

    def use(self):
        return self.queue.wait()

    async def one(self):
        self.queue.wake()

    def left(self):
        return len(self.queue) or None

    # The loop does not learn that a coroutine was closed until it is its turn.
    def peer(self, phase, fault):
        if phase == "waiting" and fault in OUTSIDE:
            return 12
        return Kind.peer(self, phase, fault)


class Join(Kind):
    def __init__(self):
        self.event = asyncio.Event()

    async def use(self):
        await asyncio.create_task(self.event.wait())

    async def one(self):
        self.event.set()


run(
    Sleep,
    SleepSeconds,
    After,
    YieldInt,
    YieldSleep,
    Yield,
    Sleep0,
    After0,
    YieldGenerator,
    YieldFalse,
    When,
    Event,
    Flag,
    FastFlag,
    Lock,
    LockHeld,
    WaitQueue,
    Join,
)
