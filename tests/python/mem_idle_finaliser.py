# The loop makes the exception handler's next context before an idle wait. What a finaliser queues in that allocation does not
# wait for the end of the wait.
import gc
import micropython
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

try:
    from faults import finaliser
except ImportError:
    print("SKIP: only where finalisers can call Python (make asan)")
    raise SystemExit

loop = asyncio.get_event_loop()
clock(0)
event = asyncio.Event()
error = ValueError(1)  # made while there is memory


async def fails():
    raise error


def handler(loop, context):
    micropython.heap_lock()


def make():
    finaliser(event.set)


async def late():
    await asyncio.sleep_ms(1000)
    event.set()


async def main():
    asyncio.create_task(late())
    loop.set_exception_handler(handler)
    asyncio.create_task(fails())
    make()
    await asyncio.sleep_ms(3)
    gc.threshold(1)  # from here on a collection at the next allocation
    micropython.heap_unlock()
    await event.wait()
    gc.threshold(-1)
    print(clock())


asyncio.run(main())
