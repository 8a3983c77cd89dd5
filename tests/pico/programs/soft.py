# For tests/pico/checks.py: what runs between two soft resets, as tests/faults/soft.py. start() says what is there at the
# start, which must be the same each time; go() fills the loop with everything that can wait, and leaves in the middle of it. Pin 2
# interrupts all the while.
import gc
import io

import asyncio_priority as asyncio
from machine import Pin, Timer
import time
import uasyncio_priority

loop = uasyncio_priority.Loop


def start():
    ticks = time.ticks_ms()
    asyncio.run_until_complete()  # nothing is left to wait for
    idle = time.ticks_diff(time.ticks_ms(), ticks) < 900
    asyncio.run(asyncio.sleep_ms(3))
    default = loop.max_overdue_ms(), loop.is_running(), loop.cur_task, uasyncio_priority.cur_task
    context = [asyncio._exc_context[key] for key in ("exception", "future")]
    gc.collect()
    print("#", gc.mem_alloc(), idle, default, context)


class Device(io.IOBase):
    def ioctl(self, request, arg):
        return 0


def nothing():
    pass


async def each(f):
    while True:
        await f()


async def yields():
    while True:
        yield


async def locked(lock):
    async with lock:
        await asyncio.sleep(1000)


# Everything, and interrupts that go on.
async def load(how):
    loop.max_overdue_ms(7)
    loop.set_exception_handler(lambda loop, context: None)
    uasyncio_priority.get_event_loop(60, 60, 9, 5, 1)
    lock = asyncio.Lock()
    queue = asyncio.Queue(1)
    event = asyncio.Event()
    flag = asyncio.ThreadSafeFlag()
    for level in (asyncio.HIGH, asyncio.NORMAL, asyncio.LOW):
        for f in (
            lambda: asyncio.sleep_ms(level),
            lambda: asyncio.sleep_ms(1000),
            lambda: asyncio.after_ms(1),
            lambda: asyncio.when(lambda: False),
            event.wait,
            flag.wait,
            lambda: flag.wait(True),
            lambda: queue.put(1),
            lambda: locked(lock),
            lambda: asyncio.wait_for(event.wait(), 100),
            lambda: asyncio.gather(event.wait(), flag.wait()),
            lambda: asyncio.readable(Device()),
            lambda: asyncio.Stream(Device()).read(1),
        ):
            asyncio.create_task(each(f), level=level)
    asyncio.create_task(yields())
    loop.call_later(1000, nothing)
    loop.call_after_ms(2, nothing)
    soon = loop.call_soon_threadsafe
    set = flag.set

    def mail(pin):
        set()
        for _ in range(20):  # more than there is room for
            soon(nothing)

    Timer(period=1, callback=lambda timer: set())
    Pin(2, Pin.IN).irq(mail, Pin.IRQ_RISING, hard=True)
    asyncio.create_task(fails())  # nobody awaits it
    await asyncio.sleep_ms(20)
    if how == 4:
        print("@")
    else:
        await leave(how)
    while True:
        await asyncio.sleep_ms(1)


async def fails():
    await asyncio.sleep_ms(5)
    raise OSError(1)


def raises():
    raise SystemExit


# How it ends: in a task, a callback, a condition, the exception handler; 4: Ctrl-C, while it runs; 5: Ctrl-D when stopped.
async def leave(how):
    if how == 0:
        raises()
    if how == 1:
        loop.call_soon(raises)
    if how == 2:
        await asyncio.when(raises)
    if how == 3:
        loop.set_exception_handler(lambda loop, context: raises())
        loop.call_soon(lambda: 1 / 0)
    if how == 5:
        uasyncio_priority.stop_loop(None)


def go(how):
    asyncio.create_task(load(how))
    loop.run_forever()
