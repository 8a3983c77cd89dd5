# Step 6. A display at low priority.
#
# To draw a page blocks for 30 ms. At level LOW that happens only while nobody else is due, so the button and the
# converter are late by one such step at the most, and never by two in a row. `max_overdue_ms` sees to it that the
# display is drawn even if the others are never all idle.
import asyncio_priority as asyncio
from ads1115 import ADS1115
from button import Button
from display import Display
from machine import I2C

soil = 0
page = 0


async def measure(adc):
    global soil
    while True:
        soil = await adc.read(0)
        await asyncio.sleep_ms(500)


async def turn_pages(button):
    global page
    while True:
        await button.pressed()
        page = 1 - page


async def show(display):
    while True:
        if page == 0:
            display.show("soil", soil, "mV")
        else:
            display.show("up", asyncio.get_event_loop().time() // 1000, "s")
        await asyncio.after_ms(1000)  # as sleep_ms(), but what comes after it is at low level


async def main():
    asyncio.get_event_loop(max_overdue_ms=2000)
    i2c = I2C(0)
    async with asyncio.TaskGroup() as group:
        group.create_task(measure(ADS1115(i2c, 12)))
        group.create_task(turn_pages(Button(13)))
        group.create_task(show(Display(i2c)), level=asyncio.LOW)


asyncio.run(main())
