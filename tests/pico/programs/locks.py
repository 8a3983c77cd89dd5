# For tests/pico/checks.py: `_thread` on one core.
import _thread

import asyncio_priority as asyncio
from machine import Timer

lock = _thread.allocate_lock()
print(lock.acquire(), lock.acquire(False))
lock.release()
order = []
flag = asyncio.ThreadSafeFlag()


async def holder():
    with lock:
        order.append(1)
        await flag.wait()
        order.append(2)


async def other():
    while not lock.acquire(False):
        await asyncio.sleep_ms(1)
    order.append(3)
    lock.release()


async def main():
    Timer(period=5, mode=Timer.ONE_SHOT, callback=lambda timer: flag.set())
    await asyncio.gather(holder(), other())


asyncio.run(main())
print(order)
print(_thread.get_ident() == _thread.get_ident() and not lock.locked())
