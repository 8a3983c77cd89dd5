# shield(): a cancel of who waits does not reach what it waits for.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
reported = []
asyncio.Loop.set_exception_handler(lambda loop, context: reported.append(context["exception"]))


async def work(ms, error=None):
    try:
        await asyncio.sleep_ms(ms)
    except asyncio.CancelledError:
        print("work cancelled", clock())
        raise
    if error:
        raise error
    print("work ends", clock())
    return ms


async def waits(aw):
    try:
        return await asyncio.shield(aw)
    except asyncio.CancelledError:
        print("waiter cancelled", clock())
        raise


async def main():
    print(await asyncio.shield(work(10)))
    for cancelled in (5, 10, 15):
        clock(0)
        inner = asyncio.create_task(work(10))
        outer = asyncio.create_task(waits(inner))
        await asyncio.sleep_ms(0)
        asyncio.Loop.call_later_ms(cancelled, outer.cancel)
        await asyncio.sleep_ms(20)
        print(cancelled, outer.cancelled(), inner.result())
    # It is started at once, also if nobody waits.
    clock(0)
    shielded = asyncio.shield(work(10))
    await asyncio.sleep_ms(20)
    print(await shielded, clock())
    # A cancel of what is shielded is that of who waits.
    inner = asyncio.create_task(work(10))
    outer = asyncio.create_task(waits(inner))
    await asyncio.sleep_ms(1)
    inner.cancel()
    await asyncio.sleep_ms(1)
    print(outer.cancelled())
    # With a limited time.
    clock(0)
    inner = asyncio.create_task(work(10))
    try:
        await asyncio.wait_for_ms(asyncio.shield(inner), 5)
    except asyncio.TimeoutError:
        print("TimeoutError", clock(), await inner)
    # An exception goes to who waits. If that was cancelled it is reported.
    for cancelled in False, True:
        outer = asyncio.create_task(waits(work(10, ValueError(cancelled))))
        await asyncio.sleep_ms(5)
        if cancelled:
            outer.cancel()
        try:
            await outer
        except (ValueError, asyncio.CancelledError) as e:
            print(repr(e))
        await asyncio.sleep_ms(10)
    print(reported)
    # One that has ended, one that two wait for.
    inner = asyncio.create_task(work(0))
    print(await asyncio.gather(asyncio.shield(inner), asyncio.shield(inner)))
    print(await asyncio.shield(inner))
    for wrong in (work, [], 5):
        try:
            asyncio.shield(wrong)
        except TypeError as e:
            print(e)


asyncio.run(main())
