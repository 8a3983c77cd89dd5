# A cancelled task may catch the CancelledError and go on; its new delay is its own.
# (fast_io woke such a task at the time of the delay that had been cancelled.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def stubborn():
    try:
        await asyncio.sleep_ms(500)
    except asyncio.CancelledError:
        print(clock(), "ignored")
    await asyncio.sleep_ms(50)
    print(clock(), "slept")
    return "value"


async def exception_does_not_catch():
    try:
        await asyncio.sleep_ms(500)
    except Exception:
        print("CancelledError is an Exception")


async def finally_waits():
    try:
        await asyncio.sleep_ms(500)
    finally:
        await asyncio.sleep_ms(10)
        print(clock(), "cleaned up")


async def main():
    t = asyncio.create_task(stubborn())
    await asyncio.sleep_ms(20)
    t.cancel()
    print(await t)

    for f in (exception_does_not_catch, finally_waits):
        t = asyncio.create_task(f())
        await asyncio.sleep_ms(10)
        t.cancel()
        try:
            await t
        except asyncio.CancelledError:
            print(clock(), "cancelled")

    # Before its first step: its body never runs
    t = asyncio.create_task(stubborn())
    print(t.cancel())
    await asyncio.sleep_ms(1)
    print(t.done(), t.cancel())


asyncio.run(main())
