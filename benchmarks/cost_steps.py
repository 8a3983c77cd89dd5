# cost_steps.py  The work of which cost.py counts the instructions.
#
#   micropython cost_steps.py MODULE WORKLOAD TASKS STEPS
# runs so many tasks on that loop until they have been scheduled STEPS times between them, and
# prints the bytes of heap that it took. A workload is a coroutine function (aio, steps): it is
# scheduled that many times, and does as little as possible besides. "beside a flag" is the same as
# sleep_ms(0) while a task waits for a ThreadSafeFlag.

import gc
import sys


async def bare_yield(aio, steps):
    for _ in range(steps):
        yield


async def sleep_ms_0(aio, steps):
    sleep_ms = aio.sleep_ms
    for _ in range(steps):
        await sleep_ms(0)


WORKLOADS = {"yield": bare_yield, "sleep_ms(0)": sleep_ms_0, "beside a flag": sleep_ms_0}


async def wait(flag):
    await flag.wait()


async def run(aio, work, tasks, steps):
    if workload == "beside a flag":
        # A task waits for one that nobody sets before the end.
        flag = aio.ThreadSafeFlag()
        waiter = aio.create_task(wait(flag))
        await aio.sleep_ms(0)
    started = [aio.create_task(work(aio, steps // tasks)) for _ in range(tasks)]
    for task in started:
        await task
    if workload == "beside a flag":
        flag.set()
        await waiter


module, workload, tasks, steps = sys.argv[1:]
aio = __import__(module)
loop = aio.get_event_loop()
gc.collect()
gc.disable()  # a collection would count as work
used = gc.mem_alloc()
loop.run_until_complete(run(aio, WORKLOADS[workload], int(tasks), int(steps)))
print(gc.mem_alloc() - used)
