# double_latency.py  How long does a stream that is ready wait for its reader?
#
# A device becomes ready at a random instant, beside 5, 10 and 20 coros of sleep(0) that block for
# 10 ms each time they run.
#
#   import double_latency
#   double_latency.test()     stock asyncio, then ours with ioq_len=0 (the default) and ioq_len=1
#
# Expect: with ioq_len=1 the reader waits for the block that is under way, so for 10 ms at most,
# however many coros there are. By default it waits for one round of all of them, 10 ms for each; so
# it does under stock asyncio (uasyncio V2, where this was found, took up to two rounds: hence the
# name). Takes 20 s.
# Where there is one loop only, that one is measured. Needs load.py beside it.

import io
import random
import time
from load import collect, has_priority, pick, summary

BLOCK_MS = 10
RUN_MS = 2000

POLL = 3  # the requests and flags of py/stream.h
READABLE = 1


class Device(io.IOBase):
    # Ready from an instant on until it is read.
    def __init__(self, spread):
        self.spread = spread
        self.rearm()

    def rearm(self):
        self.at = time.ticks_add(time.ticks_us(), random.randrange(self.spread))

    def late(self):
        return time.ticks_diff(time.ticks_us(), self.at)

    def ioctl(self, request, arg):
        if request != POLL:
            return -1  # stock asyncio would take 0 for a file descriptor
        return arg & READABLE if self.late() >= 0 else 0

    def read(self, n):
        return b"x"


def measure(aio, coros, **how):
    async def blocker():
        while True:
            time.sleep_ms(BLOCK_MS)
            await aio.sleep(0)

    async def run():
        for _ in range(coros):
            aio.create_task(blocker())
        device = Device(BLOCK_MS * 1000 * coros)  # within one round of theirs
        stream = aio.StreamReader(device)

        async def take():
            device.rearm()
            await stream.read(1)
            return device.late()

        return summary(await collect(take, RUN_MS))

    try:
        return aio.get_event_loop(**how).run_until_complete(run())
    finally:
        aio.new_event_loop()  # drops the coros
        if how:
            aio.get_event_loop(ioq_len=0)


def test():
    modes = [("stock asyncio", pick(stock=True), {})]
    ours = pick()
    if has_priority(ours):
        modes += [("ours, ioq_len=0", ours, {"ioq_len": 0})]
        modes += [("ours, ioq_len=1", ours, {"ioq_len": 1})]
    print("From ready to read, in ms, beside coros that block for {} ms.\n".format(BLOCK_MS))
    print("{:18}{:>6}{:>10}{:>10}{:>10}".format("", "coros", "min", "avg", "max"))
    for coros in (5, 10, 20):
        for name, aio, how in modes:
            times = measure(aio, coros, **how)
            print("{:18}{:6}{:10.3f}{:10.3f}{:10.3f}".format(name, coros, *times))


if __name__ == "__main__":
    test()
