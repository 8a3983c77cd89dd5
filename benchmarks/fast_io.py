# fast_io.py  A device that must be read in time.
#
# It has an item every ms and room for 16: what comes while it is full is lost. A driver in Python
# reads it, beside ten coros that block for 4 ms each and yield at the reader's own level.
#
#   import fast_io
#   fast_io.test()     under stock asyncio, under ours, and under ours with fast I/O
#
# Expect: with fast I/O the reader comes next after the block that is under way, so about 5 items
# wait and none is lost. Without, it waits for all ten coros: 16 of more than 40 items are left.
# Under stock asyncio on unix there is less work done, too: a stream without a file descriptor costs
# it 1 ms at each step. A machine that stops the program for a while makes that one block longer:
# what is lost so is counted apart, since no order of the tasks could have saved it.
# Takes 6 s. Where there is one loop only, that one is measured. Needs load.py beside it.

import io
import time
from load import has_priority, pick

ITEM_US = 1000
ROOM = 16
COROS = 10
BLOCK_MS = 4
ITEMS = 2000

POLL = 3  # the requests and flags of py/stream.h
READABLE = 1


class Device(io.IOBase):
    # What a driver looks like: ioctl() says whether there is something, read() takes it.
    def __init__(self):
        self.start = time.ticks_us()  # of its clock
        self.taken = 0
        self.lost = 0
        self.saveable = 0  # of these, what came during other blocks than the longest
        self.block_us = 0  # the longest since it was read
        self.most = 0

    def waiting(self):
        return time.ticks_diff(time.ticks_us(), self.start) // ITEM_US - self.taken - self.lost

    def ioctl(self, request, arg):
        if request != POLL:
            return -1  # stock asyncio would take 0 for a file descriptor
        return arg & READABLE if self.waiting() else 0

    def read(self, n):
        came = self.waiting()
        lost = max(0, came - ROOM)
        in_one = max(0, self.block_us // ITEM_US + 1 - ROOM)
        self.block_us = 0
        self.most = max(self.most, came)
        self.lost += lost
        self.saveable += max(0, lost - in_one)
        n = min(came, n, ROOM)
        self.taken += n
        return bytes(n)


def measure(aio, **fast):
    # Returns the device after so many items, and how many blocks of work the coros got done.
    device = Device()
    blocks = 0

    async def blocker():
        nonlocal blocks
        while True:
            start = time.ticks_us()
            time.sleep_ms(BLOCK_MS)
            device.block_us = max(device.block_us, time.ticks_diff(time.ticks_us(), start))
            blocks += 1
            await aio.sleep_ms(0)

    async def run():
        for _ in range(COROS):
            aio.create_task(blocker())
        await aio.sleep_ms(0)  # lets them start
        device.start = time.ticks_us()
        stream = aio.StreamReader(device, **fast)
        while device.taken + device.lost < ITEMS:
            await stream.read(ROOM)

    try:
        aio.get_event_loop().run_until_complete(run())
        return device, blocks
    finally:
        aio.new_event_loop()  # drops the coros


def test():
    modes = [("stock asyncio", pick(stock=True), {})]
    ours = pick()
    if has_priority(ours):
        modes += [("ours", ours, {"fast": False}), ("ours with fast I/O", ours, {"fast": True})]
    row = "{:20}{:>7}{:>7}{:>11}{:>12}{:>14}{:>8}".format
    print("A reader at 1 kHz beside {} coros that block for {} ms.".format(COROS, BLOCK_MS))
    print("{} items; the device keeps {}.\n".format(ITEMS, ROOM))
    print(row("", "read", "lost:", "in a block", "by waiting", "most waiting", "blocks"))
    for name, aio, fast in modes:
        device, blocks = measure(aio, **fast)
        lost = device.lost, device.lost - device.saveable, device.saveable
        print(row(name, device.taken, *lost, device.most, blocks))


if __name__ == "__main__":
    test()
