# stop_loop() is heard wherever it is called while the loop runs, also when the loop is idle.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import stop_loop

loop = asyncio.get_event_loop()


async def parked():
    await asyncio.Event().wait()


def condition():
    stop_loop("condition")
    return False


async def waits():
    await asyncio.when(condition)


def ask(value):
    micropython.schedule(stop_loop, value)


loop.create_task(parked())
loop.call_later_ms(5, stop_loop, "callback")
print(loop.run_forever())
loop.call_later_ms(5, ask, "scheduled")
print(loop.run_forever())
task = loop.create_task(waits())
print(loop.run_forever())
task.cancel()
