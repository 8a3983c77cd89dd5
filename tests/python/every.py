# every(ms): turns keep their phase, overruns are counted, turns whose time is over are skipped, misses are reported.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401 - of diagnostics, as every()
import micropython

clock(0)


async def turns(name, work, *args, **kw):
    every = asyncio.every(*args, **kw)
    async for nothing in every:
        print(name, clock(), nothing, end="; ")
        if not work:
            break
        ms = work.pop(0)
        clock(clock() + ms)
    print()
    print(name, every.turns, every.overruns, every.skipped, every.misses)


def handler(loop, context):
    print("[%s: %s]" % (context["future"].get_name(), context["message"]), end=" ")


asyncio.Loop.set_exception_handler(handler)
asyncio.run(turns("idle", [0, 0, 0], 20))
asyncio.run(turns("works", [5, 19, 1, 20, 3], 20))
asyncio.run(turns("overruns", [5, 21, 1, 40, 1, 41, 3, 100, 0], ms=20))
asyncio.run(turns("deadline", [4, 5, 6, 30, 0, 0], 20, 5))
asyncio.run(turns("its period", [10, 9, 11, 0], 10, deadline_ms=10))


async def sleeps():
    # The body may wait; the phase is that of the first turn.
    every = asyncio.every(10)
    n = 0
    async for _ in every:
        await asyncio.sleep_ms(3 + n * 4)
        print(clock(), end=" ")
        n += 1
        if n == 4:
            break
    print(every.overruns, every.skipped)


clock(1000)
asyncio.run(sleeps())


async def beside():
    # It is cancelled as any wait, and goes on where it is due: the same object in two loops one after the other.
    every = asyncio.every(50)

    async def forever():
        async for _ in every:
            print(clock(), end=" ")

    task = asyncio.create_task(forever())
    await asyncio.sleep_ms(120)
    task.cancel()
    await asyncio.sleep_ms(0)
    print(task.cancelled(), every.turns)


clock(0)
asyncio.run(beside())


async def wraps(period):
    every = asyncio.every(10)
    async for _ in every:
        print((clock() - period) & 0xFFFFFFFF, end=" ")
        clock(clock() + 3)
        if every.turns == 5:
            break
    print(every.overruns)


async def without_memory():
    every = asyncio.every(10, 8)
    async for _ in every:
        if every.turns == 1:
            micropython.heap_lock()
        clock(clock() + 7 if every.turns < 4 else clock() + 3)
        if every.turns == 5:
            break
    micropython.heap_unlock()
    print(every.turns, every.overruns)


clock(0)
asyncio.run(without_memory())

# No drift over the wrap of the ticks.
for period in (1 << 30, 1 << 32):
    clock(period - 25)
    asyncio.run(wraps(period))

for args in (("1",), (0,), (-1,), (1.5,), (None,), (5, "1"), (5, -1), (1 << 30,)):
    try:
        asyncio.every(*args)
        print("no error", args)
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
