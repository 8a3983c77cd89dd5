# A slow display at low priority, beside a control loop.
#
# A frame of this display takes 8 steps of 12 ms. At level LOW each of them runs only while nothing else is due, so the
# control loop, every 20 ms, is late by what is left of one step, not by a frame. The display says how old what it shows
# is: low priority costs it that.
import time

import asyncio_priority as asyncio

worst = 0  # lateness of the control loop, in ms


async def control(period_ms):
    global worst
    due = time.ticks_ms()
    while True:
        due = time.ticks_add(due, period_ms)
        await asyncio.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
        worst = max(worst, time.ticks_diff(time.ticks_ms(), due))
        time.sleep_ms(2)  # it computes


async def draw():
    began = time.ticks_ms()
    for _ in range(8):
        time.sleep_ms(12)  # a band of the display goes out by SPI
        await asyncio.after_ms(0)  # whoever is due has a turn
    return time.ticks_diff(time.ticks_ms(), began)


async def show():
    for _ in range(5):
        print(
            "a frame took", await draw(), "ms; the control loop was late by", worst, "ms at most"
        )
        await asyncio.after_ms(100)


async def main():
    asyncio.create_task(control(20))
    await asyncio.create_task(show(), level=asyncio.LOW)


asyncio.run(main())
