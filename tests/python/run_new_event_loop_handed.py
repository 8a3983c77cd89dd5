# What was handed to a task that new_event_loop() forgets is there for others; who is forgotten waits for nothing.
import asyncio_priority as asyncio

kept = []  # tasks of before, which may be queued again


async def wait(what, name, aw):
    print(what, name, await aw)


# `n` tasks wait for calls of get() and are forgotten, one of them after give() handed it something.
def forgotten(what, n, get, give):
    async def main():
        for i in range(n):
            kept.append(asyncio.create_task(wait(what, "forgotten %d" % i, get())))
        await asyncio.sleep_ms(1)
        give()

    asyncio.run(main())
    asyncio.new_event_loop()


def main():
    for n in (1, 3):
        for cls in (asyncio.Semaphore, asyncio.BoundedSemaphore):
            s = cls(1)
            asyncio.run(s.acquire())
            forgotten(cls.__name__, n, s.acquire, s.release)
            print(s.locked())
            asyncio.run(wait(cls.__name__, "new", s.acquire()))
            print(s.locked())

        lock = asyncio.Lock()
        asyncio.run(lock.acquire())
        forgotten("Lock", n, lock.acquire, lock.release)
        print(lock.locked())
        asyncio.run(wait("Lock", "new", lock.acquire()))

        q = asyncio.Queue()
        forgotten("get", n, q.get, lambda: q.put_nowait("item"))
        print(q.qsize(), q.empty())
        asyncio.run(wait("get", "new", q.get()))
        print(q.qsize(), q.empty())

        q = asyncio.Queue(1)
        q.put_nowait(1)
        forgotten("put", n, lambda: q.put(2), q.get_nowait)
        print(q.qsize(), q.full())
        asyncio.run(wait("put", "new", q.put(3)))
        print(q.qsize(), q.full(), q.get_nowait())

        async def notified(c):
            async with c:
                return await c.wait()

        async def notify(c):
            async with c:
                c.notify()

        c = asyncio.Condition()
        forgotten("Condition", n, lambda: notified(c), lambda: None)
        asyncio.run(notify(c))  # nobody waits any more
        print(c.locked())

    # A forgotten task that is queued again asks again, in its turn.
    s = asyncio.Semaphore(0)
    forgotten("again", 2, s.acquire, s.release)
    a, b = kept[-2:]
    asyncio.wake(b)
    asyncio.wake(a)
    asyncio.run(asyncio.sleep_ms(1))
    print(a.done(), b.done(), s.locked())
    s.release()
    asyncio.run(asyncio.sleep_ms(1))
    print(a.done(), s.locked())


main()
