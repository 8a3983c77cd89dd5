# What wait_for() awaits may call back: as with a generator that runs, it is a ValueError, and it goes on (docs/behaviour.md, 7.15).
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def body():
    for call in (lambda: w.send(None), lambda: w.throw(OSError), w.close):
        try:
            call()
        except ValueError:
            print("ValueError")
    try:
        await asyncio.sleep_ms(5)
        return 7
    finally:
        print("clean-up")


async def main():
    global w
    for ms in (100, 2):
        w = asyncio.wait_for_ms(body(), ms)
        try:
            print(await w)
        except asyncio.TimeoutError:
            print("TimeoutError")


asyncio.run(main())
