# A clean end, whatever ends it: a signal from outside, Ctrl-C, or a task that fails.
#
# A task that is cancelled gets CancelledError where it waits, and its `finally` runs. In a task group the first that
# fails has the others cancelled, and all have ended when the block is left: so the heater is off before anything else.
import asyncio_priority as asyncio
from machine import Pin


async def heat(pin):
    try:
        while True:
            pin.on()
            await asyncio.sleep_ms(700)
            pin.off()
            await asyncio.sleep_ms(300)
    finally:
        pin.off()
        print("the heater is off")


async def log(file):
    try:
        while True:
            file.append("warm")
            await asyncio.sleep_ms(400)
    finally:
        await asyncio.sleep_ms(50)  # to flush it takes its time: a clean-up may wait
        print("the log has", len(file), "lines")


async def guard(fault):
    await fault.wait()
    raise RuntimeError("too hot")


async def main():
    fault = asyncio.ThreadSafeFlag()
    sensor = Pin(16, Pin.IN)
    sensor.irq(lambda pin: fault.set(), Pin.IRQ_RISING)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(heat(Pin(15, Pin.OUT)))
            group.create_task(log([]))
            group.create_task(guard(fault), level=asyncio.HIGH)
    except asyncio.ExceptionGroup as group:
        print("stopped:", *group.exceptions)


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("Ctrl-C")
finally:
    asyncio.new_event_loop()  # for the next run, at the REPL: nothing is left
