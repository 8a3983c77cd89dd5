# A task whose condition came true runs before Normal ones that have been due for longer.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)

flag = False


async def waiter():
    await asyncio.when(lambda: flag)
    print("waiter")


async def setter():
    global flag
    print("setter")
    flag = True
    await asyncio.sleep_ms(0)
    print("setter again")


async def other():
    print("other")


async def main():
    asyncio.create_task(waiter())
    asyncio.create_task(setter())
    asyncio.create_task(other())
    await asyncio.sleep_ms(5)


asyncio.run(main())
