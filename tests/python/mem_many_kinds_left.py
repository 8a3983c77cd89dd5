# Whatever a task waited for when it was cancelled or ended, nothing of it stays: timers, conditions,
# wait queues, callbacks, gathers and time limits.
import asyncio_priority as asyncio
import asyn
import gc

loop = asyncio.get_event_loop()
event = asyncio.Event()
lock = asyncio.Lock()
semaphore = asyn.Semaphore(0)


async def awaits(make):
    await make()


async def value():
    await asyncio.sleep_ms(0)
    return bytes(64)


async def many(n):
    await lock.acquire()
    for make in (
        lambda: asyncio.sleep_ms(100000),
        lambda: asyncio.after_ms(100000),
        lambda: asyncio.when(lambda: False),
        event.wait,
        lock.acquire,
        semaphore.acquire,
        lambda: asyncio.wait_for(event.wait(), 1000),
        lambda: asyncio.gather(event.wait(), asyncio.after(1000)),
    ):
        tasks = [asyncio.create_task(awaits(make)) for _ in range(n)]
        await asyncio.after_ms(0)
        for t in tasks:
            t.cancel()
        await asyncio.after_ms(0)
    lock.release()
    for _ in range(n):
        await asyncio.wait_for(value(), 1000)
        await asyncio.gather(value(), value())
        asyncio.create_task(value())
        loop.call_later(1000, print, bytes(64)).cancel()
        loop.call_after(1000, print, bytes(64)).cancel()
        loop.call_soon(len, bytes(64))
        await asyncio.after_ms(0)


# What the stack holds of before is written over: the collector would take it for references.
def scrub(n=12):
    a, b, c, d, e, f, g, h = range(n, n + 8)
    if n:
        scrub(n - 1)


def used():
    scrub()
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


def run():
    asyncio.run(many(10))


# A collector that takes all for references keeps now and then something by chance, and lets it go in a later round. So
# the best of five rounds counts. Of what is not let go each round leaves some: a block in each run, at the least.
def round():
    before = used()
    for _ in range(RUNS):
        run()
    return used() - before


RUNS = 10
BLOCK = 16  # the collector's, on a board
run()
for _ in range(5):
    left = round()
    if abs(left) < RUNS * BLOCK:
        break
print(left if abs(left) >= RUNS * BLOCK else "nothing left")
