# asyn.Event: awaited itself, carries a value; with lp its waiters run at low priority.
import asyn
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
trace = []


async def waiter(name, event):
    await event
    trace.append(name)


async def normal():
    for _ in range(2):
        trace.append("n")
        await asyncio.sleep_ms(0)


async def main():
    event = asyn.Event()
    print(event.is_set(), event.value())
    asyncio.create_task(waiter("a", event))
    asyncio.create_task(waiter("b", event))
    await asyncio.sleep_ms(10)
    event.set("data")
    print(event.is_set(), event.value())
    await event
    await asyncio.sleep_ms(0)
    print(clock(), trace)
    trace.clear()
    event.clear()
    print(event.is_set(), event.value())
    event.set()
    print(event.value())

    for event in (asyn.Event(), asyn.Event(lp=True), asyn.Event(True)):
        asyncio.create_task(waiter("waiter", event))
        await asyncio.sleep_ms(1)
        event.set()
        asyncio.create_task(normal())
        await asyncio.sleep_ms(1)
        print(" ".join(trace))
        trace.clear()

    try:
        await asyncio.wait_for_ms(asyn.Event(), 5)
    except asyncio.TimeoutError:
        print("TimeoutError")


asyncio.run(main())
