# Whatever the loop is called, it is one: tasks of each side run in one order, and a primitive of
# one side is good for the other. (The 2017 original had a second loop, which nobody ran.)
import asyn
import asyncio_priority
import uasyncio
import uasyncio_priority

trace = []


async def task(asyncio, name, event):
    for _ in range(2):
        trace.append(name)
        await asyncio.sleep_ms(0)
    if event:
        event.set()


async def main():
    event = uasyncio.Event()
    asyncio_priority.create_task(task(uasyncio, "a", None))
    uasyncio.create_task(task(asyncio_priority, "b", None))
    asyn.launch(task, (uasyncio_priority, "c", None))
    uasyncio.get_event_loop().create_task(task(uasyncio, "d", event))
    await asyncio_priority.wait_for(event.wait(), 100)
    print(trace)
    loop = uasyncio.get_event_loop()
    loop.call_after_ms(0, print, ("one", "tuple"))
    await uasyncio.after_ms(1)


uasyncio.run(main())
