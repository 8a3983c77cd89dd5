# The timer is disarmed whatever way the wait ends: it never fires into something else later.
# (In V2 a timeout after an exception hit whatever the task did then.)
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def error():
    raise ValueError


async def value():
    return 1


async def sleeps():
    await asyncio.sleep_ms(1000)


async def cancels(t):
    await asyncio.sleep_ms(1)
    t.cancel()


async def task(aw):
    try:
        await asyncio.wait_for_ms(aw, 10)
    except (ValueError, asyncio.CancelledError, TypeError) as er:
        print(clock(), type(er).__name__)
    await asyncio.sleep_ms(100)
    print(clock(), "slept in peace")


async def main():
    await task(error())
    await task(value())
    await task(5)
    t = asyncio.create_task(task(sleeps()))
    asyncio.create_task(cancels(t))
    await t


asyncio.run(main())
# Only what is due keeps this run going: a timer left behind would show in the time.
asyncio.get_event_loop().call_later_ms(50, asyncio.get_event_loop().stop)
asyncio.get_event_loop().run_forever()
print(clock())
