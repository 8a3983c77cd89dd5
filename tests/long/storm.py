# Interrupts at 20 kHz, each of which sets a flag and gives a byte to a stream, and others at 1 kHz that queue calls: every
# one is served, and nobody starves. The argument: seconds.
import sys

import asyncio_priority as asyncio
import gc
import io
import micropython
import pyb
import time

micropython.alloc_emergency_exception_buf(100)
seconds = int(sys.argv[1])
loop = asyncio.get_event_loop(hpqlen=2, max_overdue_ms=3)

ticks = calls = 0
served = called = got = wrong = 0
gaps = [0] * 5  # the longest time between two steps of each task, us
steps = [0] * 5
flag = asyncio.ThreadSafeFlag()
set_flag = flag.set
call_soon = loop.call_soon_threadsafe


def tick(timer):
    global ticks
    ticks += 1
    set_flag()


def call():
    global called
    called += 1


def tick_call(timer):
    global calls
    calls += 1
    call_soon(call)


# What interrupts fill: byte n is n & 63.
class Device(io.IOBase):
    at = 0

    def ioctl(self, request, arg):
        return arg if request == 3 and ticks != self.at else 0

    def readinto(self, buf):
        n = min(ticks - self.at, len(buf))
        at = self.at
        for i in range(n):
            buf[i] = at + i & 63
        self.at = at + n
        return n


# Counts the step of a task, and the time since the one before.
def step(i, before):
    now = time.ticks_us()
    gap = time.ticks_diff(now, before)
    steps[i] += 1
    if gap > gaps[i]:
        gaps[i] = gap
    return now


async def waits():
    global served
    before = time.ticks_us()
    while True:
        await flag.wait(priority=True)
        n = ticks
        served += n - served
        before = step(0, before)


async def reads(stream):
    global got, wrong
    before = time.ticks_us()
    buf = bytearray(64)
    while True:
        n = await stream.readinto(buf)
        for i in range(n):
            wrong += buf[i] != got + i & 63
        got += n
        before = step(1, before)


async def sleeps(i, f, ms):
    before = time.ticks_us()
    while True:
        await f(ms)
        before = step(i, before)


def true():
    return True


async def conditions():
    before = time.ticks_us()
    while True:
        await asyncio.sleep_ms(1)
        await asyncio.when(true)
        before = step(4, before)


async def main():
    device = Device()
    tasks = [
        asyncio.create_task(c)
        for c in (
            waits(),
            reads(asyncio.Stream(device)),
            sleeps(2, asyncio.sleep_ms, 1),
            sleeps(3, asyncio.after_ms, 1),
            conditions(),
        )
    ]
    storm = pyb.Timer(1, freq=20000, callback=tick)
    start = time.ticks_us()
    more = pyb.Timer(2, freq=997, callback=tick_call)
    await asyncio.sleep_ms(100)
    gc.collect()
    level = gc.mem_alloc()
    await asyncio.sleep_ms(1000 * seconds - 100)
    took = time.ticks_diff(time.ticks_us(), start)
    storm.deinit()
    more.deinit()
    await asyncio.sleep_ms(20)
    gc.collect()
    kept = gc.mem_alloc() - level
    for task in tasks:
        task.cancel()
    print("ticks %d calls %d served %d read %d called %d" % (ticks, calls, served, got, called))
    print("steps", steps, "longest gaps, us", gaps)
    assert abs(ticks - took // 50) <= 2 and abs(calls - took // 1003) <= 2
    assert abs(took - 1000000 * seconds) < 3000
    assert served == got == ticks and wrong == 0 and called == calls
    # Each is due after 1 ms at most, the low one is overdue after 3 more, and interrupts and a collection take time too.
    low = gaps.pop(3)
    assert max(gaps) < 4000 and low < 8000 and min(steps) > 200 * seconds
    assert kept == 0, kept
    print("good")


def report(loop, context):
    sys.print_exception(context["exception"])
    sys.exit(1)  # nothing may be lost


loop.set_exception_handler(report)
asyncio.run(main())
