# Four threads run the loop as often as they can. Each run ends with its own value, or raises because another thread
# runs the loop; the first one lasts until all others were told so. runs.py RUNS
import _thread
import gc
import sys
import time

import asyncio_priority as asyncio

EACH = int(sys.argv[1])
THREADS = range(4)
ran = [0] * 4
told = [0] * 4
wrong = [[] for _ in THREADS]

gc.disable()  # MicroPython's collector does not stop other threads


async def child(value):
    await asyncio.sleep_ms(0)
    return value


async def main(value):
    task = asyncio.create_task(child(value))
    return value, await task, await asyncio.wait_for(child(value), 10)


async def first():
    # Lasts until each of the others has been told that this runs.
    for thread in THREADS[1:]:
        _thread.start_new_thread(runs, (thread,))
    while min(told[1:]) == 0:
        await asyncio.sleep_ms(1)


def runs(thread):
    while ran[thread] < EACH:
        value = thread, ran[thread]
        try:
            result = asyncio.run(main(value))
            if result != (value, value, value):
                wrong[thread].append(result)
            ran[thread] += 1
        except RuntimeError as e:
            told[thread] += 1
            if "another thread runs the loop" not in str(e):
                wrong[thread].append(e)


asyncio.run(first())
runs(0)
while min(ran) < EACH:
    time.sleep_ms(1)
print("ran", ran, "wrong", wrong)
