# A negative delay is 0: due now, behind what is due already.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(100)
loop = asyncio.get_event_loop()


async def other():
    print("other")


async def main():
    for f, t in (
        (asyncio.sleep_ms, -5),
        (asyncio.sleep, -1),
        (asyncio.sleep, -0.5),
        (asyncio.after_ms, -5),
        (asyncio.after, -1.5),
    ):
        asyncio.create_task(other())
        await f(t)
        print(clock(), t)
    for call, t in (
        (loop.call_later_ms, -5),
        (loop.call_later, -1),
        (loop.call_after, -0.1),
    ):
        call(t, print, "callback")
        await asyncio.after_ms(0)
        print(clock(), t)
    loop.call_after_ms(-7, print, ("callback",))
    await asyncio.after_ms(0)
    print(clock(), -7)


asyncio.run(main())
