# With the heap locked, a task that fails is reported and the loop goes on.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)

loop = asyncio.get_event_loop()
seen = [None]
error = ValueError("x")


def handler(loop, context):
    seen[0] = context["exception"]


async def fails():
    await asyncio.sleep_ms(1)
    raise error


async def main():
    loop.set_exception_handler(handler)
    loop.create_task(fails())
    micropython.heap_lock()
    await asyncio.sleep_ms(5)
    await asyncio.sleep_ms(5)
    micropython.heap_unlock()
    print(seen[0] is error)


asyncio.run(main())
