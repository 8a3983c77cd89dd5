# Any number of tasks wait at one flag, each with its own level, which is that of its own wait(): neither a later call nor
# another task changes it, whatever comes between the call and the await.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)
log = []


async def waits(name, aw):
    await aw
    log.append(name)


async def other():
    log.append("other")


async def case(title, flag, start):
    tasks = start(flag)
    await asyncio.sleep_ms(1)
    flag.wait()  # called, and not even awaited
    flag.wait(True)
    others = [asyncio.create_task(other()) for _ in range(2)]
    flag.set()
    await asyncio.gather(*others)
    await asyncio.gather(*tasks)
    print(title, log)
    log.clear()


def task(name, aw):
    return asyncio.create_task(waits(name, aw))


def two(flag):
    return task("plain", flag.wait()), task("urgent", flag.wait(priority=True))


def crossed(flag):
    a, b = flag.wait(True), flag.wait(False)
    c = flag.wait(priority=True)
    return task("plain", b), task("urgent c", c), task("urgent a", a)


def limited(flag):
    aw = asyncio.wait_for(flag.wait(True), 5)
    flag.wait(False)
    return task("plain", asyncio.wait_for(flag.wait(), 5)), task("urgent", aw)


def tasks(flag):
    urgent = asyncio.create_task(flag.wait(True))
    urgent.add_done_callback(lambda task: log.append("urgent"))
    return task("plain", flag.wait()), urgent


async def twice(flag):
    aw = flag.wait(True)
    asyncio.get_event_loop().call_later_ms(1, flag.set)
    print(await aw)
    print(await aw)  # it is over


# Another flag's wait() uses the same awaitable while the first one waits.
async def two_flags(a, b):
    first = task("a", a.wait(True))
    await asyncio.sleep_ms(1)
    second = task("b", b.wait(True))
    await asyncio.sleep_ms(1)
    kept = a.wait(True)
    a.set()
    await first
    b.set()
    await second
    a.set()
    await kept
    print("two flags", log)
    log.clear()


# A flag that the task came back from by hand is not what the next wait(True) waited for.
async def by_hand(a, b):
    next(iter(a))  # parks it, but the coroutine is not in an await
    a.set()
    await by_yield()
    waits = asyncio.create_task(sets_later(b))
    await b.wait(True)
    print("by hand", waits.done())


@asyncio.coroutine
def by_yield():
    yield


async def sets_later(flag):
    await asyncio.sleep_ms(5)
    flag.set()


# wait(True) that nobody awaits leaves memory for the next one of that flag also while the heap is locked.
async def locked(flag):
    flag.wait(True)
    asyncio.get_event_loop().call_later_ms(1, flag.set)
    micropython.heap_lock()
    try:
        for _ in range(3):
            flag.wait(True)
        await flag.wait(True)
    finally:
        micropython.heap_unlock()
    print("locked")


async def main():
    flag = asyncio.ThreadSafeFlag()
    for start in two, crossed, limited, tasks:
        await case(start.__name__, flag, start)
    await twice(flag)
    await two_flags(flag, asyncio.ThreadSafeFlag())
    await by_hand(flag, asyncio.ThreadSafeFlag())
    await locked(flag)


asyncio.run(main())
