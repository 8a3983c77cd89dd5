# Levels: low runs when nobody else is ready
import asyncio_priority as asyncio


async def background(name):  # a display, a log, a long calculation
    for i in range(2):
        print(name, i)
        await asyncio.after_ms(0)  # low


async def driver():
    for i in range(3):
        print("driver", i)
        await asyncio.sleep_ms(0)  # normal


asyncio.run(asyncio.gather(background("log"), background("lcd"), driver()))
