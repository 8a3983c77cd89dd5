# Awaiting a task gives its value or raises its exception, to everybody who waits, in order of
# waiting, also after it has ended.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def value():
    await asyncio.sleep_ms(10)
    return [1, 2]


async def error():
    await asyncio.sleep_ms(10)
    raise ValueError("from the task")


async def waiter(name, t):
    try:
        value = await t
        print(clock(), name, value)
    except ValueError as er:
        print(clock(), name, er)


async def main():
    for f in (value, error):
        t = asyncio.create_task(f())
        waiters = [asyncio.create_task(waiter(name, t)) for name in "abc"]
        print(t.done())
        for w in waiters:
            await w
        print(t.done())
        await waiter("after its end", t)
    # A task that ended at once
    t = asyncio.create_task(waiter("t", t))
    await asyncio.sleep_ms(1)
    print(t.done(), await t)


asyncio.run(main())
