# A step may begin to wait for a task by hand, without an await, and then do something else (docs/behaviour.md, sections 5 and 7).
# What the two tasks have of their own stays with each.
import asyncio_priority as asyncio
import uasyncio_priority as native
from uasyncio_priority import _mock_clock as clock

clock(0)


async def other(lock):
    async with lock:
        await asyncio.sleep_ms(2)
    return "other's"


async def returns(task):
    next(iter(task))
    return "mine"


async def raises(task):
    next(iter(task))
    raise ValueError("mine")


async def sleeps(task):
    next(iter(task))
    await asyncio.sleep_ms(1)
    return "slept"


def yields(task):
    next(iter(task))
    yield asyncio.sleep_ms(0)  # it waits for the task all the same
    return "woken"


async def main():
    lock = asyncio.Lock()
    for f in (returns, raises, sleeps, yields):
        await lock.acquire()
        task = asyncio.create_task(other(lock))
        await asyncio.sleep_ms(0)
        mine = asyncio.create_task(f(task))
        await asyncio.sleep_ms(0)
        print(f.__name__, task.data is lock, task.state, mine.done())
        lock.release()
        # The lock is on its way to the task. Nothing that happens to the other one loses it.
        native.wake(mine)
        print(task.data is lock, lock.locked())
        for it in (mine, task):
            try:
                print(await it)
            except ValueError as er:
                print(repr(er))
        print(lock.locked(), mine.done(), task.done())
    for f in (returns, yields):
        # It is cancelled while the lock is on its way.
        await lock.acquire()
        task = asyncio.create_task(other(lock))
        await asyncio.sleep_ms(0)
        mine = asyncio.create_task(f(task))
        await asyncio.sleep_ms(0)
        lock.release()
        native.wake(mine)
        task.cancel()
        await asyncio.sleep_ms(0)
        print(lock.locked(), mine.done(), task.done())
        await lock.acquire()
        lock.release()


asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)
asyncio.run(asyncio.wait_for_ms(main(), 1000))
