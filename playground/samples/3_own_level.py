# A task's own level: a library's code, at a level from outside
import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW


async def library(name):
    for i in range(3):
        print(name, i, end="  ")
        await asyncio.sleep(0)


async def driver():
    asyncio.current_task().set_level(HIGH)  # this task's wake-ups, from now on
    await library("driver")


chart = asyncio.create_task(library("chart"), level=LOW)
asyncio.run(asyncio.gather(library("web"), library("mqtt"), driver(), chart))
print()
