# An interrupt wakes a driver, past tasks that block
import asyncio_priority as asyncio
import pyb
import time

flag = asyncio.ThreadSafeFlag()
turns = 0  # of other tasks since the interrupt


def interrupt(timer):
    global turns
    turns = 0
    flag.set()


async def busy():  # blocks for 2 ms each time it runs
    global turns
    while True:
        time.sleep_ms(2)
        turns += 1
        await asyncio.sleep_ms(0)


async def driver():
    timer = pyb.Timer(4, freq=7, callback=interrupt)
    for n in range(5):
        await flag.wait(priority=True)
        print("answered after at most one turn of the others:", turns <= 1)
    timer.deinit()


for _ in range(20):
    asyncio.create_task(busy())
asyncio.run(driver())
