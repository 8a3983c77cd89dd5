# Condition: wait() gives the lock back and has it again afterwards, however it ends.
import asyncio_priority as asyncio
from asyncio_priority import Condition


async def waiter(c, name):
    try:
        async with c:
            print(name, "waits")
            print(name, "got", await c.wait(), c.locked())
    except asyncio.CancelledError:
        print(name, "cancelled")


async def settle():
    for _ in range(8):
        await asyncio.sleep_ms(0)


async def notify(c, n=1):
    async with c:
        c.notify(n)
        print("notified")
    await settle()


async def main():
    c = Condition()
    print(c.locked(), await c.acquire(), c.locked())
    c.release()
    for f in (c.wait, c.notify, c.notify_all, c.release):
        try:
            r = f()
            if r:
                await r
        except RuntimeError as er:
            print("RuntimeError:", er)

    print("-- the longest waiting first")
    tasks = [asyncio.create_task(waiter(c, n)) for n in "abcdef"]
    await settle()
    await notify(c)
    await notify(c, 2)
    tasks[3].cancel()
    await settle()
    async with c:
        c.notify_all()
    await settle()
    await notify(c)  # nobody is there

    print("-- a notification that a cancelled task cannot use goes to the next")
    tasks = [asyncio.create_task(waiter(c, n)) for n in "gh"]
    await settle()
    async with c:
        c.notify()
    tasks[0].cancel()
    await settle()
    print(tasks[1].done())

    print("-- the same while it waits for the lock")
    tasks = [asyncio.create_task(waiter(c, n)) for n in "ij"]
    await settle()
    async with c:
        c.notify()
        await settle()
        tasks[0].cancel()
        await settle()
        print(tasks[0].done())  # it must have the lock first
        tasks[0].cancel()
    await settle()
    print(tasks[1].done(), c.locked())

    print("-- wait_for")
    value = 0

    async def until(n):
        async with c:
            print(n, await c.wait_for(lambda: value >= n and value))

    tasks = [asyncio.create_task(until(n)) for n in (2, 1, 0)]
    await settle()
    for value in (1, 2):
        async with c:
            c.notify_all()
        await settle()
    async with c:
        try:
            await asyncio.wait_for_ms(waiter(c, "k"), 5)
        except asyncio.TimeoutError:
            print("TimeoutError")

    print("-- a lock of two conditions")
    lock = asyncio.Lock()
    c1, c2 = Condition(lock), Condition(lock=lock)
    async with c1:
        print(c2.locked(), lock.locked())
    t1 = asyncio.create_task(waiter(c1, "one"))
    t2 = asyncio.create_task(waiter(c2, "two"))
    await settle()
    async with lock:
        c2.notify()
    await settle()
    print(t1.done(), t2.done())
    t1.cancel()


asyncio.run(main())
