# On unix all of `time` is virtual with the loop, however the program came by it.
import sys

if sys.platform != "linux":
    print("SKIP: on a board only the loop's clock is virtual")
    raise SystemExit
try:
    from asyncio_priority.testing import virtual_time
except ImportError:
    print("SKIP: no asyncio_priority.testing in this firmware")
    raise SystemExit

import time
from time import sleep_ms, ticks_diff, ticks_ms, ticks_us

import asyncio_priority as asyncio

real = time.time()
with virtual_time() as t:
    print(ticks_ms(), ticks_us(), time.time(), time.gmtime()[:6])
    sleep_ms(1500)
    time.sleep(0.25)
    time.sleep_us(7)
    print(ticks_ms(), ticks_us(), time.time_ns(), t.now())
    t.at(2000, lambda: print("at", ticks_ms()))
    t.at(3000, lambda: print("at", ticks_ms()))

    async def blocks():
        time.sleep(1)
        print("slept", ticks_us())
        before = ticks_us()
        await asyncio.sleep_ms(500)
        print("waited", ticks_diff(ticks_us(), before))

    asyncio.run(blocks())
    began = time.time()
    t.advance(3600 * 1000)
    print(time.time() - began)

with virtual_time(start_ms=100, epoch=86400) as t:
    print(ticks_ms(), time.time(), t.now())

with virtual_time(look_us=10) as t:
    until = time.ticks_add(ticks_us(), 1000)
    looks = 1
    while ticks_diff(until, ticks_us()) > 0:
        looks += 1
    print(looks)

# The real clock again; and no time passed there.
print(0 <= time.time() - real < 30)
began = ticks_ms()
sleep_ms(3)
print(ticks_diff(ticks_ms(), began) >= 3)


# A thread's clock stays the real one.
def other():
    seen.append(time.time() - real < 30)
    sleep_ms(2)
    over.set()


try:
    import _thread
except ImportError:
    _thread = None
seen = []
over = asyncio.ThreadSafeFlag()
with virtual_time(epoch=86400) as t:
    if _thread:
        _thread.start_new_thread(other, ())
        while not seen:
            pass
    else:
        seen.append(True)
print(seen)
