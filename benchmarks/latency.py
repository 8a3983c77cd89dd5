# latency.py  How long is a task that is ready to run kept waiting?
#
# A driver yields and measures the time until it is resumed, beside 5, 10, 100 and 200 coros that
# block for 2 ms each time they run. What matters is how those coros yield.
#
#   import latency
#   latency.test()                   they yield at low priority: await after_ms(0)
#   latency.test(False)              they yield at the driver's own level: await sleep_ms(0)
#   latency.test(False, stock=True)  the same on stock asyncio
# A script runs the first two (micropython latency.py) or the last (micropython latency.py stock).
#
# Expect: with low priority a latency that does not grow with the number of coros; without, about
# 2 ms for each coro: 10, 20, 200 and 400 ms. A test takes 13 to 15 s.
# Runs on stock asyncio too, as test(False); of its own accord where there is nothing else.
# Needs load.py beside it.

import time
from load import beside, has_priority, script


class Yield:
    # Awaiting this is a bare `yield`: ready to run again at once.
    def __iter__(self):
        yield


def driver(aio):
    # Returns the coroutine function that takes one measurement.
    turn = Yield()
    priority = has_priority(aio)

    async def take():
        await aio.sleep_ms(20)  # the coros' time: a driver that never waits would starve them
        start = time.ticks_us()
        if priority:
            await turn
        else:
            await aio.sleep_ms(0)  # stock asyncio loses who bare-yields
        return time.ticks_diff(time.ticks_us(), start)

    return take


def test(use_priority=True, stock=False):
    beside(driver, "Latency", use_priority, stock)


if __name__ == "__main__":
    script(test)
