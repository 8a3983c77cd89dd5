# Queue.shutdown(): who waits is woken with QueueShutDown; what is there can be had, unless it is to be immediate.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def does(name, aw):
    try:
        print(name, await aw)
    except asyncio.QueueShutDown as e:
        print(name, repr(e))


def now(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__)


async def main():
    for kind in (asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue):
        for immediate in (False, True):
            print("--", kind.__name__, immediate)
            q = kind(2)
            q.shutdown() if not immediate else q.shutdown(True)
            await does("get", q.get())
            await does("put", q.put(1))
            now(q.get_nowait)
            now(q.put_nowait, 1)
            await q.join()

            # Who gets.
            q = kind()
            for i in range(3):
                asyncio.create_task(does(i, q.get()))
            await asyncio.sleep_ms(0)
            q.put_nowait("handed over")
            q.shutdown(immediate=immediate)
            await asyncio.sleep_ms(0)

            # Who puts, and what is there.
            q = kind(2)
            q.put_nowait("a")
            q.put_nowait("b")
            for i in range(2):
                asyncio.create_task(does(i, q.put("c")))
            joins = asyncio.create_task(does("joins", q.join()))
            await asyncio.sleep_ms(0)
            q.shutdown(immediate)
            print(q.qsize(), q.empty(), q.full())
            await asyncio.sleep_ms(0)
            now(q.put_nowait, "d")
            for _ in range(3):
                await does("get", q.get())
            print(joins.done())
            if not immediate:
                q.task_done()
                q.task_done()
            await joins
            now(q.task_done)
            q.shutdown()  # again is nothing

            # Both in one pass: an item is taken out, and it is shut down before who was let in puts.
            q = kind(1)
            q.put_nowait("a")
            task = asyncio.create_task(does("put", q.put("b")))
            await asyncio.sleep_ms(0)
            print(q.get_nowait())
            q.shutdown(immediate)
            await task
            print(q.qsize())
    try:
        q.shutdown(1, 2)
    except TypeError as e:
        print("TypeError")


asyncio.run(main())
