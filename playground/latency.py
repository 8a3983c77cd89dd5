# latency.py  How long a driver waits, in us, a line each: what the page's chart shows. The argument is the loop.
import sys
import page
import pyb
import time

stock = sys.argv[1] == "stock"
if stock:
    import stock_asyncio as asyncio
else:
    import asyncio_priority as asyncio

flag = asyncio.ThreadSafeFlag()
at = None  # when the interrupt came that nobody has answered yet
blockers = 0


def interrupt(timer):
    global at
    if at is None:
        at = time.ticks_us()
        flag.set()


async def driver():
    global at
    while True:
        if stock:
            await flag.wait()
        else:
            await flag.wait(priority=True)
        print(time.ticks_diff(time.ticks_us(), at))
        at = None


async def blocks(number):
    global blockers
    while number < page.value(0):
        time.sleep_ms(2)
        await asyncio.sleep_ms(0)
    blockers -= 1


async def main():
    global blockers
    asyncio.create_task(driver())
    pyb.Timer(1, freq=11, callback=interrupt)
    while True:
        while blockers < page.value(0):
            asyncio.create_task(blocks(blockers))
            blockers += 1
        await asyncio.sleep_ms(100)


asyncio.run(main())
