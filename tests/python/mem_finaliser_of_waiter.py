# A finaliser changes a garbage task that waits for a garbage lock, whose holder lives: nothing of them is linked to what stays
# (docs/behaviour.md, 8.7). The checked heap sees it otherwise.
import gc
import asyncio_priority as asyncio

try:
    from faults import finaliser
except ImportError:
    print("SKIP: only where finalisers can call Python (make asan)")
    raise SystemExit


def scrub(n=30):
    # What the stack holds of before is written over.
    a, b, c, d, e, f, g, h = range(n, n + 8)
    if n:
        scrub(n - 1)


def set_level(task):
    task.set_level(asyncio.HIGH)


def throw(task):
    task.data = asyncio.CancelledError


def let_go(task):
    task.data = None


def remove(task):
    asyncio.core._task_queue.remove(task)


async def waits(lock, box):
    await lock.acquire()


def begin(lock, change, called):
    box = []
    task = asyncio.create_task(waits(lock, box))

    def end():
        called[0] += 1
        change(task)

    box.append(finaliser(end))


async def forgets(change, called):
    lock = asyncio.Lock()
    begin(lock, change, called)
    await lock.acquire()


async def main():
    for change in set_level, throw, let_go, remove:
        called = [0]
        for _ in range(20):
            await forgets(change, called)
            await asyncio.sleep_ms(0)
            scrub()
        gc.collect()
        scrub(60)
        gc.collect()
        [bytearray(30) for _ in range(1000)]  # over what was freed
        for _ in range(20):
            await asyncio.sleep_ms(0)
        await asyncio.create_task(asyncio.sleep_ms(1))
        print(change.__name__, called[0] >= 15)


asyncio.run(main())
