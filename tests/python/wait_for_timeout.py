# When the time is over: CancelledError into what was awaited, and when that has ended, TimeoutError
# to the caller.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def sleeps():
    try:
        await asyncio.sleep_ms(100)
    except asyncio.CancelledError:
        print(clock(), "cancelled")
        raise


async def cleans_up():
    try:
        await asyncio.sleep_ms(100)
    finally:
        await asyncio.sleep_ms(5)
        print(clock(), "cleaned up")


async def ignores():
    try:
        await asyncio.sleep_ms(100)
    except asyncio.CancelledError:
        return "value"


async def main():
    for f in (sleeps, cleans_up, ignores):
        try:
            await asyncio.wait_for_ms(f(), 10)
            print("no TimeoutError")
        except asyncio.TimeoutError as er:
            print(clock(), "TimeoutError", isinstance(er, asyncio.CancelledError))
    t = asyncio.create_task(sleeps())
    try:
        await asyncio.wait_for(t, 0.0105)
    except asyncio.TimeoutError:
        print(clock(), "TimeoutError", t.done())
    for ms in (0, -1):
        try:
            await asyncio.wait_for_ms(asyncio.sleep_ms(10), ms)
        except asyncio.TimeoutError:
            print(clock(), "TimeoutError at once")
    # One in the other
    try:
        await asyncio.wait_for_ms(asyncio.wait_for_ms(sleeps(), 20), 10)
    except asyncio.TimeoutError:
        print(clock(), "TimeoutError outside")
    try:
        await asyncio.wait_for_ms(asyncio.wait_for_ms(sleeps(), 10), 20)
    except asyncio.TimeoutError:
        print(clock(), "TimeoutError inside")


asyncio.run(main())
