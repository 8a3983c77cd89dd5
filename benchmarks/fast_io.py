# fast_io.py  A device that must be read in time.
#
# It has an item every ms and room for 16: what comes while it is full is lost. A driver in Python
# reads it, beside ten coros that block for 4 ms each and yield at the reader's own level.
#
#   import fast_io
#   fast_io.test()     under stock asyncio, under ours, and under ours with fast I/O
#
# Expect: with fast I/O the reader comes next after the block that is under way. So no more items
# wait than came in the longest block, and one: 5 where nothing stops the program; and none is lost.
# Without, it waits for all ten coros: 16 of more than 40 items are left. Under stock asyncio on unix
# there is less work done, too: a stream without a file descriptor costs it 1 ms at each step.
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
        self.most = 0

    def waiting(self):
        return time.ticks_diff(time.ticks_us(), self.start) // ITEM_US - self.taken - self.lost

    def ioctl(self, request, arg):
        if request != POLL:
            return -1  # stock asyncio would take 0 for a file descriptor
        return arg & READABLE if self.waiting() else 0

    def read(self, n):
        came = self.waiting()
        self.most = max(self.most, came)
        self.lost += max(0, came - ROOM)
        n = min(came, n, ROOM)
        self.taken += n
        return bytes(n)


def measure(aio, **fast):
    # Returns the device after so many items, how many blocks of work the coros got done, and how
    # many ms the longest took.
    blocks = longest = 0

    async def blocker():
        nonlocal blocks, longest
        while True:
            start = time.ticks_us()
            time.sleep_ms(BLOCK_MS)
            longest = max(longest, time.ticks_diff(time.ticks_us(), start))
            blocks += 1
            await aio.sleep_ms(0)

    async def run():
        for _ in range(COROS):
            aio.create_task(blocker())
        await aio.sleep_ms(0)  # lets them start
        device = Device()
        stream = aio.StreamReader(device, **fast)
        while device.taken + device.lost < ITEMS:
            await stream.read(ROOM)
        return device

    try:
        return aio.get_event_loop().run_until_complete(run()), blocks, longest / 1000
    finally:
        aio.new_event_loop()  # drops the coros


def test():
    modes = [("stock asyncio", pick(stock=True), {})]
    ours = pick()
    if has_priority(ours):
        modes += [("ours", ours, {"fast": False}), ("ours with fast I/O", ours, {"fast": True})]
    row = "{:20}{:>7}{:>7}{:>8}{:>14}{:>9}{:>14}".format
    print("A reader at 1 kHz beside {} coros that block for {} ms.".format(COROS, BLOCK_MS))
    print("{} items; the device keeps {}.\n".format(ITEMS, ROOM))
    print(row("", "read", "lost", "lost %", "most waiting", "blocks", "longest, ms"))
    for name, aio, fast in modes:
        device, blocks, longest = measure(aio, **fast)
        percent = "{:.1f}".format(100 * device.lost / (device.taken + device.lost))
        figures = device.taken, device.lost, percent, device.most, blocks
        print(row(name, *figures, "{:.1f}".format(longest)))


if __name__ == "__main__":
    test()
