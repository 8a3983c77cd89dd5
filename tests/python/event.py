# set() wakes everybody who waits, in their order, and who comes later does not wait.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def waiter(name, event):
    value = await event.wait()
    print(clock(), name, value)


async def main():
    event = asyncio.Event()
    print(event.is_set())
    for name in "abc":
        asyncio.create_task(waiter(name, event))
    await asyncio.sleep_ms(10)
    event.set()
    print(event.is_set())
    await waiter("set already", event)
    await asyncio.sleep_ms(10)

    event.clear()
    print(event.is_set())
    d = asyncio.create_task(waiter("d", event))
    e = asyncio.create_task(waiter("e", event))
    await asyncio.sleep_ms(10)
    d.cancel()
    event.set()
    event.clear()  # who waited is woken all the same
    await asyncio.sleep_ms(10)
    print(d.done(), e.done(), event.is_set())


asyncio.run(main())
