# fast= of one stream, whatever the loop is set to; it can be changed. One that is always ready
# starves nobody.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock


class Device(io.IOBase):
    def __init__(self, name, *times):
        self.name = name
        self.times = list(times)

    def ioctl(self, req, arg):
        if req != 3:
            return -1
        return arg if self.times and clock() >= self.times[0] else 0

    def read(self, n):
        return b"%s%d" % (self.name, self.times.pop(0))

    def write(self, buf):
        return len(buf)


class Always(Device):
    def ioctl(self, req, arg):
        return arg if req == 3 else -1

    def read(self, n):
        return b"!"


trace = []


async def block(name):
    while True:
        clock(clock() + 10)
        trace.append(name)
        await asyncio.sleep(0)


async def reader(r):
    while True:
        data = await r.read(10)
        trace.append("{}-{}".format(data.decode(), clock()))


async def low(name):
    while True:
        await asyncio.after_ms(20)
        trace.append(name)


async def run(ms, readers):
    clock(0)
    trace.clear()
    for name in "abc":
        asyncio.create_task(block(name))
    for r in readers:
        asyncio.create_task(reader(r))
    asyncio.create_task(low("low"))
    await asyncio.sleep_ms(ms)
    print(" ".join(trace))


loop = asyncio.get_event_loop(max_overdue_ms=50)
for ioq_len in (0, 1):
    asyncio.get_event_loop(ioq_len=ioq_len)
    own = asyncio.StreamReader(Device("L", 35))
    fast = asyncio.StreamReader(Device("F", 35), fast=True)
    slow = asyncio.StreamReader(Device("S", 35), fast=False)
    print(own.fast, fast.fast, slow.fast)
    loop.run_until_complete(run(100, (own, slow, fast)))
    asyncio.new_event_loop()

asyncio.get_event_loop(ioq_len=0)
r = asyncio.StreamReader(Device("x"))

for r.fast in (True, False, None):
    r.s.times[:] = [35]
    loop.run_until_complete(run(60, (r,)))
    asyncio.new_event_loop()

# Always ready, and fast: one step of it, one of the others; the low one when it is 50 ms overdue.
always = asyncio.StreamReader(Always("!"), fast=True)
loop.run_until_complete(run(100, (always,)))
asyncio.new_event_loop()
