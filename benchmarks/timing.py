# timing.py  How long does a delay of 10 ms take?
#
# A driver awaits sleep_ms(10) and measures it, beside 5, 10, 100 and 200 coros that block for 2 ms
# each time they run. What matters is how those coros yield.
#
#   import timing
#   timing.test()                   they yield at low priority: await after_ms(0)
#   timing.test(False)              they yield at the driver's own level: await sleep_ms(0)
#   timing.test(False, stock=True)  the same on stock asyncio
# A script runs the first two (micropython timing.py) or the last (micropython timing.py stock).
#
# Expect: with low priority 9 to 12 ms for any number of coros (delays count whole ms, so it may be
# just over 9; the block that is under way when a delay ends adds up to 2). Without, about 10 ms
# plus 2 ms for each coro: 410 ms beside 200. A test takes 13 to 15 s.
# Runs on stock asyncio too, as test(False); of its own accord where there is nothing else.
# Needs load.py beside it.

import time
from load import beside, script


def driver(aio):
    # Returns the coroutine function that takes one measurement.
    async def take():
        start = time.ticks_us()
        await aio.sleep_ms(10)
        return time.ticks_diff(time.ticks_us(), start)

    return take


def test(use_priority=True, stock=False):
    beside(driver, "Delay", use_priority, stock)


if __name__ == "__main__":
    script(test)
