# Step 1. One task that blinks.
#
# `async def` makes a coroutine: a function that can wait. While it waits, others run. asyncio.run() runs it until it
# ends, which this one never does: Ctrl-C stops it.
#
# The pins are those of a Raspberry Pi Pico, here and in all steps.
import asyncio_priority as asyncio
from machine import Pin

led = Pin("LED", Pin.OUT)


async def blink():
    while True:
        led.on()
        await asyncio.sleep_ms(100)
        led.off()
        await asyncio.sleep_ms(900)


asyncio.run(blink())
