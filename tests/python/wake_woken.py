# wake(), call_soon(coro) and a push into the main queue for a task that was woken already: it comes back from what it waited
# at all the same. For one that waits: it asks again, or, at readable(), goes on; no other wait of its is shortened by that.
import asyncio_priority as asyncio
import io
from uasyncio_priority import WaitQueue
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


class Silent(io.IOBase):
    def ioctl(self, request, arg):
        return 0


silent = Silent()
other = Silent()
kept = None


async def waits(at, trace):
    await at()
    start = loop.time()
    trace.append(start)
    if kept:
        await kept  # as long as it was made for, whatever ended the wait before it
        trace.append(loop.time() - start)


async def joins(task):
    await task


async def gone():
    await asyncio.sleep(100)


async def times_out():
    try:
        await asyncio.wait_for_ms(gone(), 7)
    except asyncio.TimeoutError:
        pass


again = (
    ("wake", lambda task, coro: asyncio.wake(task)),
    ("call_soon", lambda task, coro: loop.call_soon(coro)),
    ("push", lambda task, coro: asyncio.core._task_queue.push(task)),
    ("push later", lambda task, coro: asyncio.core._task_queue.push(task, loop.time() + 3)),
    ("push later, wake", lambda task, coro: (again[3][1](task, coro), asyncio.wake(task))),
)


async def case(name, at, wakes, revive, boxed=False, first=False):
    # `first`: it is revived, then woken.
    global kept
    kept = None
    trace = []
    coro = waits(at, trace)
    task = asyncio.create_task(coro)
    if boxed:
        asyncio.create_task(joins(task))
    await asyncio.sleep_ms(7)
    base = loop.time()
    kept = asyncio.sleep_ms(200)
    if first:
        revive(task, coro)
    wakes()
    if not first:
        revive(task, coro)
    await asyncio.sleep_ms(300)
    print(
        name,
        "boxed" if boxed else "",
        "first" if first else "",
        trace[0] - base if trace else "waits",
        trace[1:],
    )
    task.cancel()


async def main():
    for how, revive in again:
        print("--", how)
        for boxed in (False, True):
            queue = WaitQueue()
            await case("WaitQueue", queue.wait, queue.wake, revive, boxed)
            event = asyncio.Event()
            await case("Event", event.wait, lambda: (event.set(), event.clear()), revive, boxed)
            event = asyncio.Event()
            await case("Event", event.wait, event.set, revive, boxed, True)
            flag = asyncio.ThreadSafeFlag()
            await case("flag", flag.wait, flag.set, revive, boxed)
            lock = asyncio.Lock()
            await lock.acquire()
            await case("Lock", lock.acquire, lock.release, revive, boxed)
            await case("wait_for", times_out, lambda: None, revive, boxed)
            await case("readable", lambda: asyncio.readable(silent), lambda: None, revive, boxed)

    # What another made of the one awaitable of streams is not taken over.
    for boxed in (False, True):
        trace = []
        task = asyncio.create_task(waits(lambda: asyncio.readable(silent), trace))
        global kept
        kept = None
        await asyncio.sleep_ms(1)
        theirs = asyncio.readable(other)
        asyncio.wake(task)
        await asyncio.sleep_ms(1)
        print(task.done(), len(trace))
        try:
            await asyncio.wait_for_ms(theirs, 5)
        except asyncio.TimeoutError:
            print("timed out")

    # Who is not ours sees None.
    event = asyncio.Event()
    queue = WaitQueue()

    async def parks():
        queue.push(asyncio.current_task())
        asyncio.current_task().data = queue
        yield False

    task = asyncio.create_task(parks())
    await asyncio.sleep_ms(1)
    asyncio.core._task_queue.push(queue.pop())
    print(task.data)
    await task


asyncio.run(main())
