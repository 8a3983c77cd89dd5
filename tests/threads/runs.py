# Four threads run the loop as often as they can. Each run ends with its own value, or raises because another thread
# runs the loop. runs.py RUNS
import _thread
import gc
import sys

import asyncio_priority as asyncio

EACH = int(sys.argv[1])
THREADS = range(4)
ran = [0] * 4
told = [0] * 4
wrong = [0] * 4
over = _thread.allocate_lock()
over.acquire()

gc.disable()  # MicroPython's collector does not stop other threads


async def child(value):
    await asyncio.sleep_ms(0)
    return value


async def main(value):
    task = asyncio.create_task(child(value))
    return value, await task, await asyncio.wait_for(child(value), 10)


def runs(thread):
    while ran[thread] < EACH:
        value = thread, ran[thread]
        try:
            if asyncio.run(main(value)) != (value, value, value):
                wrong[thread] += 1
            ran[thread] += 1
        except RuntimeError as e:
            told[thread] += 1
            if "another thread runs the loop" not in str(e):
                wrong[thread] += 1
    if min(ran) == EACH:
        over.release()


for thread in THREADS:
    _thread.start_new_thread(runs, (thread,))
over.acquire()
print("ran", ran, "wrong", wrong)
print("told", sum(told) > 0)
