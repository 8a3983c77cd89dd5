# Step 5. A queue between who measures and who thinks.
#
# The first task measures every 500 ms and knows nothing of the second, which makes an average of four. get() waits while
# the queue is empty, put() while it is full. A task group holds the two together: if one fails, the other is cancelled.
import asyncio_priority as asyncio
from ads1115 import ADS1115
from machine import I2C


async def measure(adc, readings):
    while True:
        await readings.put(await adc.read(0))
        await asyncio.sleep_ms(500)


async def average(readings):
    while True:
        total = 0
        for _ in range(4):
            total += await readings.get()
        print("soil", total // 4, "mV")


async def main():
    adc = ADS1115(I2C(0), 12)
    readings = asyncio.Queue(8)
    async with asyncio.TaskGroup() as group:
        group.create_task(measure(adc, readings))
        group.create_task(average(readings))


asyncio.run(main())
