# The case that fast I/O was made for: coros that block for 10 ms between zero sleeps, and a reader.
# It is served within one round by default (V2 needed two), within one step with ioq_len.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock


# Readable from a given time on.
class Device(io.IOBase):
    def __init__(self, *times):
        self.times = list(times)

    def ioctl(self, req, arg):
        if req != 3:
            return -1
        return arg & 1 if self.times and clock() >= self.times[0] else 0

    def read(self, n):
        return b"%d" % self.times.pop(0)


trace = []


async def block(name):
    while True:
        clock(clock() + 10)
        trace.append(name)
        await asyncio.sleep(0)


async def reader(device):
    r = asyncio.StreamReader(device)
    while True:
        data = await r.read(10)
        trace.append("<ready {} read {}>".format(data.decode(), clock()))


async def main():
    for name in "abcd":
        asyncio.create_task(block(name))
    asyncio.create_task(reader(Device(15, 115, 120, 210, 215)))
    await asyncio.sleep_ms(300)


for ioq_len in (0, 1, 0):
    clock(0)
    trace.clear()
    loop = asyncio.get_event_loop(ioq_len=ioq_len)
    loop.run_until_complete(main())
    asyncio.new_event_loop()
    print("ioq_len", ioq_len)
    print(" ".join(trace))
