# A flag that is set while the loop reports that the mailbox was full wakes its task all the same; and what went
# through the mailbox is let go of once it ran.
import asyncio_priority as asyncio
import gc
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()
flag = asyncio.ThreadSafeFlag()


def call():
    pass


def handler(loop, context):
    print(repr(context["exception"]))
    flag.set()


async def waiter():
    await flag.wait()
    print("woken at", clock())


class Big:
    def __init__(self):
        self.block = bytearray(1000)

    def method(self):
        pass


def post_big():
    method = Big().method
    micropython.heap_lock()
    loop.call_soon_threadsafe(method)
    micropython.heap_unlock()


async def main():
    task = asyncio.create_task(waiter())
    await asyncio.sleep_ms(5)
    soon = loop.call_soon_threadsafe
    micropython.heap_lock()
    for _ in range(17):
        soon(call)
    micropython.heap_unlock()
    await asyncio.sleep_ms(5)
    print(task.done())


async def lets_go():
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(12):
        post_big()
        await asyncio.sleep_ms(1)
    gc.collect()
    # The collector may take what still lies on the stack for one that is in use.
    print(gc.mem_alloc() - before < 3000)


loop.set_exception_handler(handler)
asyncio.run(main())
asyncio.run(lets_go())
