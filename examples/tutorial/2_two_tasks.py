# Step 2. Two tasks at two rates, and a main task that waits for both.
#
# A coroutine becomes a task when create_task() is given it. No task interrupts another: each runs until it waits. So
# `count` needs no lock.
import asyncio_priority as asyncio
from machine import Pin

count = 0


async def blink(led, period_ms, times):
    global count
    for _ in range(times):
        led.on()
        await asyncio.sleep_ms(period_ms // 2)
        led.off()
        await asyncio.sleep_ms(period_ms // 2)
        count += 1


async def main():
    fast = asyncio.create_task(blink(Pin(14, Pin.OUT), 400, 5))
    slow = asyncio.create_task(blink(Pin(15, Pin.OUT), 1000, 2))
    await fast
    print("the fast one is done")
    await slow
    print("both are done:", count, "times")


asyncio.run(main())
