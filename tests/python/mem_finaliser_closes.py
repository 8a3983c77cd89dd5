# A finaliser that closes a coroutine inside a time-out: its task is due then, but not one that is garbage too
# (docs/behaviour.md, 7.15 and 8.7).
import gc
import asyncio_priority as asyncio

try:
    from faults import finaliser
except ImportError:
    print("SKIP: only where finalisers can call Python (make asan)")
    raise SystemExit

TIMES = 20
closed = in_step = 0
kept = []


# Its frame holds the box, and that the finaliser: they are garbage together.
async def in_timeout(event, box):
    async with asyncio.timeout(None):
        await event.wait()


async def in_wait_for(event, box):
    await asyncio.wait_for(event.wait(), None)


def begin(f, keeps):
    box = []
    coro = f(asyncio.Event(), box)
    task = asyncio.create_task(coro)

    def close():
        global closed, in_step
        closed += 1
        try:
            coro.close()
        except ValueError:
            in_step += (
                1  # a collection in the midst of its step: that can't be closed, and goes on
            )

    box.append(finaliser(close))
    if keeps:
        kept.append(task)
        return box


def scrub(n=30):
    # What the stack holds of before is written over.
    a, b, c, d, e, f, g, h = range(n, n + 8)
    if n:
        scrub(n - 1)


async def main():
    global closed
    for f in (in_timeout, in_wait_for):
        closed = 0
        for _ in range(TIMES):
            begin(f, False)
            await asyncio.sleep_ms(0)
            scrub()
            gc.collect()
            await asyncio.sleep_ms(0)
        print(f.__name__, closed > TIMES // 2)
        # The task stays, and ends.
        for _ in range(TIMES):
            begin(f, True).clear()
            await asyncio.sleep_ms(0)
            scrub()
            gc.collect()
            await asyncio.sleep_ms(0)
        print(sum(not task.done() for task in kept[TIMES // 2 : -1]) <= in_step)


asyncio.run(main())
