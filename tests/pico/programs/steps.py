# For tests/budget.py: what a step costs, by the board's time. Prints a line for each workload: its name, the steps that the
# longer of two windows has more than the other, and how many us those took.
import gc

import asyncio_priority as asyncio
import time

N = 100


def bare_yield(n):
    for _ in range(n):
        yield


async def sleep_ms_0(n):
    for _ in range(n):
        await asyncio.sleep_ms(0)


async def after_ms_0(n):
    for _ in range(n):
        await asyncio.after_ms(0)


async def window(f, rounds):
    tasks = [asyncio.create_task(f(rounds)) for _ in range(N)]
    await asyncio.sleep_ms(0)
    start = time.ticks_us()
    for task in tasks:
        await task
    return time.ticks_diff(time.ticks_us(), start)


for f in (bare_yield, sleep_ms_0, after_ms_0):
    gc.collect()
    gc.disable()
    one, two = (asyncio.run(window(f, rounds)) for rounds in (5, 10))
    gc.enable()
    print(f.__name__, 5 * N, two - one)
