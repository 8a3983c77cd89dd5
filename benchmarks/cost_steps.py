# cost_steps.py  The work of which cost.py counts the instructions.
#
#   micropython cost_steps.py MODULE WORKLOAD TASKS STEPS
# runs so many tasks on that loop until they have been scheduled STEPS times between them, and
# prints the bytes of heap that it took. A workload is a coroutine function (aio, steps): it is
# scheduled that many times, and does as little as possible besides.

import gc
import sys


async def bare_yield(aio, steps):
    for _ in range(steps):
        yield


async def sleep_ms_0(aio, steps):
    sleep_ms = aio.sleep_ms
    for _ in range(steps):
        await sleep_ms(0)


WORKLOADS = {"yield": bare_yield, "sleep_ms(0)": sleep_ms_0}


async def run(aio, work, tasks, steps):
    started = [aio.create_task(work(aio, steps // tasks)) for _ in range(tasks)]
    for task in started:
        await task


module, workload, tasks, steps = sys.argv[1:]
aio = __import__(module)
loop = aio.get_event_loop()
gc.collect()
gc.disable()  # a collection would count as work
used = gc.mem_alloc()
loop.run_until_complete(run(aio, WORKLOADS[workload], int(tasks), int(steps)))
print(gc.mem_alloc() - used)
