# A scheduled step allocates nothing, whatever the task waits for.
import asyncio_priority as asyncio
import gc

loop = asyncio.get_event_loop(hpqlen=2)
event = asyncio.Event()
queue = asyncio.WaitQueue()
lock = asyncio.Lock()
semaphore = asyncio.BoundedSemaphore(1)
items = asyncio.Queue(3)


def yes():
    return True


async def bare_yield(n):
    for _ in range(n):
        yield


async def sleep_0(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def sleep_ms_0(n):
    for _ in range(n):
        await asyncio.sleep_ms(0)


async def sleep_ms_1(n):
    for _ in range(n // 100):
        await asyncio.sleep_ms(1)


async def after_ms_0(n):
    for _ in range(n):
        await asyncio.after_ms(0)


async def yield_int(n):
    for _ in range(n):
        yield 0


async def when(n):
    for _ in range(n):
        await asyncio.when(yes)


async def wait_event(n):
    for _ in range(n):
        await event.wait()
        event.clear()


async def set_event(n):
    for _ in range(n):
        event.set()
        await asyncio.sleep_ms(0)


async def wait_queue(n):
    for _ in range(n):
        await queue.wait()


async def wake_queue(n):
    for _ in range(n):
        await asyncio.sleep_ms(0)
        queue.wake()


async def locks(n):
    for _ in range(n):
        await lock.acquire()
        await asyncio.sleep_ms(0)
        lock.release()


async def semaphores(n):
    for _ in range(n):
        async with semaphore:
            await asyncio.sleep_ms(0)


async def puts(n):
    for i in range(n):
        await items.put(i & 63)


async def gets(n):
    for _ in range(n):
        await items.get()
        items.task_done()


async def cancelled(n):
    while True:
        try:
            await asyncio.sleep_ms(1000000)
        except asyncio.CancelledError:
            n -= 1
            if not n:
                raise


async def cancels(n):
    for _ in range(n):
        await asyncio.sleep_ms(0)
        t.cancel()


# The bytes that are new after `n` steps.
async def measured(f, n):
    await f(50)
    gc.collect()
    before = gc.mem_alloc()
    await f(n)
    result.append(gc.mem_alloc() - before)


result = []


async def main():
    global t
    for name, f, other in (
        ("bare yield", bare_yield, None),
        ("sleep(0)", sleep_0, None),
        ("sleep_ms(0)", sleep_ms_0, None),
        ("sleep_ms(1)", sleep_ms_1, None),
        ("after_ms(0)", after_ms_0, None),
        ("yield 0", yield_int, None),
        ("when()", when, None),
        ("Event", wait_event, set_event),
        ("WaitQueue", wait_queue, wake_queue),
        ("Lock", locks, locks),
        ("Semaphore", semaphores, semaphores),
        ("Queue", gets, puts),
        ("cancel()", cancels, cancelled),
        ("two that sleep", sleep_ms_0, sleep_ms_0),
    ):
        if other:
            t = asyncio.create_task(other(10100))
        await measured(f, 10000)
        # One generator: f(n) itself, made while it was counted.
        print(name, result.pop() - one_generator(f))
        if other:
            t.cancel()
            await asyncio.after_ms(1)


def one_generator(f):
    gc.collect()
    before = gc.mem_alloc()
    g = f(1)
    return gc.mem_alloc() - before


asyncio.run(main())
