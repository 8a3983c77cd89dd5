# What is no deadline: the error names the argument and says why, and nothing was queued.
from time import ticks_diff

import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401 - of diagnostics, as deadlines
import micropython

clock(0)


async def c():
    print("a task ran")


def attempt(call, *args, **kw):
    try:
        call(*args, **kw)
        print("no error", args, kw)
    except Exception as e:
        print(type(e).__name__, e.args[0].split(",")[0])  # the limit is the board's


async def main():
    task = asyncio.create_task(asyncio.sleep_ms(100), deadline_ms=7)
    for wrong in ("1", 1.5, (), 1 << 30, 1 << 70):
        attempt(asyncio.create_task, c(), deadline_ms=wrong)
        attempt(asyncio.Loop.create_task, c(), asyncio.HIGH, deadline_ms=wrong)
        attempt(task.set_deadline, wrong)
    attempt(asyncio.create_task, c(), asyncio.HIGH, "name", 5)
    attempt(asyncio.create_task, c, deadline_ms=5)
    attempt(asyncio.create_task, c(), 3, deadline_ms=5)
    attempt(asyncio.create_task, c(), deadline=5)
    attempt(task.set_deadline)
    print(task.deadline, task.misses)
    try:
        task.deadline = 5
    except AttributeError as e:
        print(type(e).__name__)
    # A negative one is over. The longest one is as long as a delay.
    clock(100)
    for ms in (-5, -1 << 70, 1 - (1 << 29), (1 << 29) - 1):
        late = task.set_deadline(ms)
        print(late, ticks_diff(task.deadline, asyncio.Loop.time()), task.misses)
    clock(0)
    # Without memory for it no task is made; what there is can be set anew.
    coro = c()
    micropython.heap_lock()
    try:
        asyncio.create_task(coro, deadline_ms=5)
    except MemoryError:
        task.set_deadline(9)
    finally:
        micropython.heap_unlock()
    print(task.deadline)
    await asyncio.sleep_ms(1)
    task.cancel()


asyncio.Loop.set_exception_handler(lambda loop, context: print(context["message"]))
asyncio.run(main())
print(asyncio.run(asyncio.wait_for_ms(asyncio.sleep_ms(0), 9)))
