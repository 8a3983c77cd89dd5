# cancel() is prompt for every kind of wait, and nothing of the wait is left behind.
import asyncio_priority as asyncio
import asyn
from uasyncio_priority import _mock_clock as clock

clock(0)
lock = asyncio.Lock()
asyn_lock = asyn.Lock()
event = asyncio.Event()
queue = asyncio.WaitQueue()
semaphore = asyn.Semaphore(0)
barrier = asyn.Barrier(2)
asyn_event = asyn.Event()


async def sleeps():
    await asyncio.sleep_ms(100)


async def bare_yield():
    while True:
        yield


async def yields(x):
    yield x


async def awaits(aw):
    await aw


async def task(name, c):
    try:
        await c
    except asyncio.CancelledError:
        print(clock(), name)
        raise


async def main():
    await lock.acquire()
    await asyn_lock.acquire()
    for name, make in (
        ("sleep", sleeps),
        ("after", lambda: asyncio.after_ms(100)),
        ("when", lambda: asyncio.when(lambda: False)),
        ("yield 100", lambda: yields(100)),
        ("yield False", lambda: yields(False)),
        ("Event", event.wait),
        ("Lock", lock.acquire),
        ("WaitQueue", queue.wait),
        ("join", lambda: asyncio.create_task(sleeps())),
        ("join of a join", lambda: asyncio.create_task(awaits(asyncio.create_task(sleeps())))),
        ("gather", lambda: asyncio.gather(sleeps(), sleeps())),
        ("wait_for", lambda: asyncio.wait_for_ms(sleeps(), 50)),
        ("asyn.Event", lambda: asyn_event),
        ("asyn.Lock", asyn_lock.acquire),
        ("asyn.Semaphore", semaphore.acquire),
        ("asyn.Barrier", lambda: barrier),
    ):
        t = asyncio.create_task(task(name, make()))
        await asyncio.sleep_ms(5)
        await cancel(name, t)
    t = asyncio.create_task(task("bare yield", bare_yield()))
    await asyncio.sleep_ms(0)
    await cancel("bare yield", t)

    print(len(queue), queue.wake(), lock.locked())
    lock.release()
    print(lock.locked())
    await asyncio.sleep_ms(200)


async def cancel(name, t):
    now = clock()
    if not t.cancel():
        print(name, "cancel() was False")
    try:
        await t
        print(name, "ended without CancelledError")
    except asyncio.CancelledError:
        pass
    if clock() != now:
        print(name, "took until", clock())
    if t.cancel():
        print(name, "cancelled twice")


asyncio.run(main())
