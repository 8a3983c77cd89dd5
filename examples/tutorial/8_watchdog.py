# Step 8. The whole device: a button, a converter, a display at low priority, MQTT, and a watchdog.
#
# Who feeds the watchdog decides what it watches. Here that is a task at level LOW: it has its turn only if the loop
# goes round and everybody waits now and then, so a task that hangs in a loop of its own or never yields resets the
# board. When the device is told to stop, by a long press, it cancels its tasks and says goodbye to the broker.
import asyncio_priority as asyncio
from ads1115 import ADS1115
from button import Button
from display import Display
from machine import I2C, WDT
from mqtt import MQTT

BROKER = "127.0.0.1"
PORT = 1883


class Garden:
    """What the tasks know of each other."""

    def __init__(self):
        self.soil = 0
        self.page = 0
        self.new = asyncio.Event()  # a reading


async def measure(garden, adc):
    while True:
        try:
            garden.soil = await adc.read(0)
            garden.new.set()
        except asyncio.TimeoutError:
            print("the converter does not answer")
        await asyncio.sleep(1)


async def turn_pages(garden, button, stop):
    while True:
        await button.pressed()
        garden.page = 1 - garden.page
        await asyncio.sleep(2)
        if button.held():
            stop.set()


async def show(garden, display):
    while True:
        if garden.page == 0:
            display.show("soil", garden.soil, "mV")
        else:
            display.show("up", asyncio.get_event_loop().time() // 1000, "s")
        await asyncio.after_ms(1000)


async def publish(garden, mqtt):
    while True:
        try:
            await mqtt.connect()
            try:
                while True:
                    await garden.new.wait()
                    garden.new.clear()
                    await mqtt.publish("garden/soil", str(garden.soil))
            finally:
                await mqtt.close()
        except (OSError, EOFError, asyncio.TimeoutError):
            await asyncio.sleep(5)


async def feed(watchdog):
    while True:
        watchdog.feed()
        await asyncio.after(2)


async def main():
    asyncio.get_event_loop(max_overdue_ms=1000)
    stop = asyncio.Event()
    garden = Garden()
    i2c = I2C(0)
    tasks = [
        asyncio.create_task(measure(garden, ADS1115(i2c, 12))),
        asyncio.create_task(turn_pages(garden, Button(13), stop)),
        asyncio.create_task(publish(garden, MQTT("garden", BROKER, PORT))),
        asyncio.create_task(show(garden, Display(i2c)), level=asyncio.LOW),
        asyncio.create_task(feed(WDT(timeout=8000)), level=asyncio.LOW),
    ]
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print("stopped")


asyncio.run(main())
