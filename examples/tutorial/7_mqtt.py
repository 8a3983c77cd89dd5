# Step 7. The network: readings go to an MQTT broker, which may be away for a while.
#
# Who measures does not care: what cannot be sent waits in the queue, and when that is full the oldest goes. The WiFi is
# connected already, as boot.py does it.
import asyncio_priority as asyncio
from ads1115 import ADS1115
from machine import I2C
from mqtt import MQTT

BROKER = "127.0.0.1"
PORT = 1883


async def measure(adc, readings):
    while True:
        if readings.full():
            readings.get_nowait()
        readings.put_nowait(await adc.read(0))
        await asyncio.sleep(1)


async def publish(mqtt, readings):
    while True:
        try:
            await mqtt.connect()
            print("connected")
            while True:
                mv = await readings.get()
                await mqtt.publish("garden/soil", str(mv))
                await mqtt.ping()
        except (OSError, EOFError, asyncio.TimeoutError):
            print("no broker: again in 5 s")
            await asyncio.sleep(5)


async def main():
    readings = asyncio.Queue(60)
    async with asyncio.TaskGroup() as group:
        group.create_task(measure(ADS1115(I2C(0), 12), readings))
        group.create_task(publish(MQTT("garden", BROKER, PORT), readings))


asyncio.run(main())
