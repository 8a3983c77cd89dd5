# garbage.py  How late a high task is beside tasks that make garbage: percentiles, in us, of its wake-ups by a timer.
#
#   ports/qemu/run.py cortex-m4f benchmarks/garbage.py LOOP      virtual time, 8 ns an instruction: each run is like the one before
#   build/unix/micropython -X heapsize=256k benchmarks/garbage.py LOOP       real time
#
# LOOP: gc_idle (ours with loop.gc_idle()), ours or stock, which has no levels. The high task sleeps 5 ms at a time. Eight
# others allocate 512 bytes every 3 ms, and 100 tasks sleep, so that a collection has something to look at. A collection that
# falls into a step of theirs keeps the high task from its turn. Prints: wake-ups, the median, 90 %, 99 %, the longest.

import sys
import time

SAMPLES = 1000
PERIOD_MS = 5


async def sleeper():
    await aio.sleep_ms(100_000_000)


async def maker(i):
    await aio.sleep_ms(i)
    while True:
        for _ in range(8):
            bytearray(64)
        await aio.sleep_ms(3)


async def driver(late):
    for _ in range(SAMPLES):
        due = time.ticks_add(time.ticks_ms(), PERIOD_MS)
        await aio.sleep_ms(PERIOD_MS)
        # The ms count and the us count are one clock: it is due when the ms count becomes `due`.
        now_ms, now_us = time.ticks_ms(), time.ticks_us()
        late.append(time.ticks_diff(now_ms, due) * 1000 + now_us % 1000)


async def main():
    for _ in range(100):
        aio.create_task(sleeper())
    for i in range(8):
        aio.create_task(maker(i))
    late = []
    if which == "stock":
        await aio.create_task(driver(late))
    else:
        if which == "gc_idle":
            aio.get_event_loop().gc_idle(8192)
        await aio.create_task(driver(late), level=aio.HIGH)
    late.sort()
    print(SAMPLES, *(late[min(SAMPLES - 1, SAMPLES * part // 100)] for part in (50, 90, 99, 100)))


which = sys.argv[1]
aio = __import__("stock_asyncio" if which == "stock" else "asyncio_priority")
aio.run(main())
