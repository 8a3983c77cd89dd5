# uncancel() inside a time-out, and the count of cancels behind it (docs/behaviour.md, 7.11 and 7.27), as in CPython 3.13.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def uncancels(times):
    try:
        await asyncio.sleep_ms(100)
    finally:
        for _ in range(times):
            asyncio.current_task().uncancel()


async def stubborn():
    try:
        await asyncio.sleep_ms(100)
    except asyncio.CancelledError:
        raise ValueError("stubborn")


async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stubborn())


async def timed(coro, ms=1):
    try:
        async with asyncio.timeout_ms(ms):
            await coro
    except asyncio.ExceptionGroup as er:
        print(er.exceptions)
    except Exception as er:
        print(repr(er))


# A cancel from before stays, and so do two.
async def cancelled_before(n):
    me = asyncio.current_task()
    for _ in range(n):
        asyncio.get_event_loop().call_soon(me.cancel)
        try:
            await asyncio.sleep_ms(5)
        except asyncio.CancelledError:
            pass
    await timed(uncancels(1))
    print("left", me.cancelling())


async def cancelled_meanwhile():
    try:
        await timed(group(), 100)
        await asyncio.sleep_ms(5)
        print("not cancelled")
    except asyncio.CancelledError:
        print("cancelled", asyncio.current_task().cancelling())


async def main():
    me = asyncio.current_task()
    for n in range(3):
        await timed(uncancels(n))
        print(n, me.cancelling())
    # The group's tasks fail because of the time-out: it takes its cancel back, and none comes later.
    await timed(group())
    print(me.cancelling())
    await asyncio.sleep_ms(5)
    print(me.cancelling())
    # A cancel from outside does come later, and the count stays.
    task = asyncio.create_task(cancelled_meanwhile())
    await asyncio.sleep_ms(1)
    task.cancel()
    await task
    for n in (1, 2, 14, 15, 16, 23, 24, 40):
        await asyncio.create_task(cancelled_before(n))


asyncio.run(main())
