# asyncio, uasyncio and asyncio_priority are one loop and one set of classes, submodules included;
# only get_event_loop's order of arguments differs. All names of MicroPython's asyncio are there.
import asyncio
import asyncio_priority
import uasyncio

V3 = (
    "CancelledError Event IOQueue Lock Loop SingletonGenerator StreamReader StreamWriter Task "
    "TaskQueue ThreadSafeFlag TimeoutError __version__ core create_task cur_task current_task "
    "gather get_event_loop new_event_loop open_connection run run_until_complete select sleep "
    "sleep_ms start_server sys ticks ticks_add ticks_diff wait_for wait_for_ms"
).split()
MORE = (
    "Stream Server Queue QueueEmpty QueueFull Semaphore BoundedSemaphore Condition Barrier "
    "BrokenBarrierError after after_ms when readable writable cancel WaitQueue HIGH NORMAL LOW"
).split()

for module in (asyncio, uasyncio, asyncio_priority):
    names = dir(module)
    print(module.__name__, [name for name in V3 + MORE if name not in names])
    for name in V3 + MORE:
        if getattr(module, name) is not getattr(asyncio_priority, name):
            print("not the same:", name)
    try:
        module.no_such_name
    except AttributeError as er:
        # MicroPython says which module only since 1.26.
        print("AttributeError:", str(er)[str(er).find("has") :])

# The order of arguments.
loop = asyncio.get_event_loop(16, 16, 0, 16)
for module in (asyncio, uasyncio):
    for args, kw in (
        ((), {}),
        ((16, 16, 1, 16), {}),
        ((16, 16), {"ioq_len": 0, "lp_len": 2, "max_overdue_ms": 7, "hpqlen": 1}),
        ((), {"runq_len": 5, "waitq_len": 5, "len": 5, "lpqlen": 5, "max_overdue_ms": 0}),
    ):
        got = module.get_event_loop(*args, **kw)
        print(got is loop is asyncio_priority.Loop, loop.max_overdue_ms())
    for args, kw in (((1, 2, 0, 4, 5), {}), ((1,), {"runq_len": 1}), (("x",), {})):
        try:
            module.get_event_loop(*args, **kw)
            print("accepted", args, kw)
        except TypeError as er:
            print("TypeError:", er)
