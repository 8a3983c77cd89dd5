# load.py  What the benchmarks share: the choice of the loop, coros that keep it busy, statistics.

import gc
import sys
import time


def pick(stock=False, name="asyncio_priority"):
    # The loop to measure: the priority one, by that name; stock asyncio if it is asked for, or all
    # there is.
    if not stock:
        try:
            return __import__(name)
        except ImportError:
            print("No {} here: this is stock asyncio.".format(name))
    try:
        import stock_asyncio  # our unix firmware has it under this name
    except ImportError:
        import asyncio as stock_asyncio

    if stock and has_priority(stock_asyncio):
        raise ImportError("asyncio is the priority loop here, and there is no stock_asyncio")
    return stock_asyncio


def has_priority(aio):
    return hasattr(aio, "after_ms")


class Blockers:
    # Coros that block for 2 ms and then yield, again and again, at low priority or not.
    def __init__(self, aio, low):
        self.aio = aio
        self.pause = aio.after_ms if low else aio.sleep_ms
        self.coros = 0
        self.blocks = 0  # the work they got done

    async def coro(self):
        while True:
            time.sleep_ms(2)
            self.blocks += 1
            await self.pause(0)

    def grow(self, n):
        while self.coros < n:
            self.aio.create_task(self.coro())
            self.coros += 1


async def collect(take, ms):
    # Awaits take() over and over for that long and returns what it gave.
    await take()  # not counted: coros may be just starting
    gc.collect()
    end = time.ticks_add(time.ticks_ms(), ms)
    got = [await take()]
    while time.ticks_diff(end, time.ticks_ms()) > 0:
        got.append(await take())
    return got


def summary(times):
    # From microseconds to milliseconds: least, mean, most.
    return min(times) / 1000, sum(times) / len(times) / 1000, max(times) / 1000


def beside(driver, what, use_priority, stock):
    # Prints what a driver measures beside 5, 10, 100 and 200 blockers.
    aio = pick(stock)
    low = use_priority and has_priority(aio)
    if use_priority and not low:
        print("It has no low priority: this is test(False).")

    async def run():
        take = driver(aio)
        blockers = Blockers(aio, low)
        for n in (5, 10, 100, 200):
            blockers.grow(n)
            times = summary(await collect(take, 3000))
            print(
                "Coros {:3}  {} = {:7.3f} min  {:7.3f} avg  {:7.3f} max ms".format(n, what, *times)
            )

    print("{}: {} priority for the coros".format(aio.__name__, "low" if low else "no"))
    loop = aio.get_event_loop(204, 204)
    try:
        loop.run_until_complete(run())
    finally:
        aio.new_event_loop()  # drops the blockers


def script(test):
    # What latency and timing do when started as scripts.
    if "stock" in sys.argv:
        test(False, stock=True)
    else:
        test()
        test(False)


async def minimal():
    # The least that a coro can do.
    global schedules
    while True:
        yield
        schedules += 1


async def minimal_stock(sleep_ms):
    # The same for stock asyncio, which loses a coro that only says `yield`.
    global schedules
    while True:
        await sleep_ms(0)
        schedules += 1


def rates(aio):
    # Prints how often 100 to 1000 minimal coros are scheduled, all of them together.
    bare = has_priority(aio)
    print("{}: coros of {}".format(aio.__name__, "a bare yield" if bare else "sleep_ms(0)"))

    async def run():
        global schedules
        results = []
        coros = 0
        for n in (100, 200, 500, 1000):
            print("Testing {} coros for 2secs".format(n))
            while coros < n:
                aio.create_task(minimal() if bare else minimal_stock(aio.sleep_ms))
                coros += 1
            await aio.sleep_ms(0)  # lets the new ones start
            gc.collect()
            schedules = 0
            start = time.ticks_us()
            await aio.sleep(2)
            results.append((n, schedules, time.ticks_diff(time.ticks_us(), start)))
        for n, count, us in results:
            rate = count / us * 1e6
            print(
                "Coros {:4}  Iterations/sec {:8.0f}  Duration {:.3f}us".format(n, rate, 1e6 / rate)
            )

    loop = aio.get_event_loop(1002)  # the coros, run() and one to spare
    try:
        loop.run_until_complete(run())
    finally:
        aio.new_event_loop()  # drops the coros
