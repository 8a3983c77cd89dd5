# What libraries take from the submodules of MicroPython's asyncio.
import asyncio
import asyncio.core
import asyncio.event
import asyncio.funcs
import asyncio.lock
import asyncio.stream
import asyncio_priority
import asyncio_priority.core
import uasyncio
from asyncio import core
from asyncio.core import CancelledError, _exc_context, _io_queue, _promote_to_task, _task_queue
from asyncio.core import cur_task
from asyncio.stream import Stream
from uasyncio_priority import _mock_clock as clock

clock(0)

for module in (asyncio.core, core, asyncio_priority.core):
    print(module._io_queue is _io_queue, module._task_queue is _task_queue, module.cur_task)
print(
    cur_task,
    Stream is uasyncio.Stream,
    sorted(_exc_context),
    CancelledError is asyncio.CancelledError,
)
for sub, names in (
    ("event", "Event ThreadSafeFlag"),
    ("funcs", "gather wait_for wait_for_ms"),
    ("lock", "Lock"),
    ("stream", "Stream Server StreamReader StreamWriter open_connection start_server"),
):
    for name in names.split():
        got = getattr(getattr(asyncio, sub), name)
        print(sub, name, got is getattr(asyncio_priority, name))


# A driver in the way of MicroPython's own aioespnow, and a primitive in that of its Event.
class Parked:
    def __init__(self):
        self.waiting = core.TaskQueue()

    def wake(self):
        while self.waiting.peek():
            core._task_queue.push(self.waiting.pop())

    def wait(self):
        self.waiting.push(core.cur_task)
        core.cur_task.data = self.waiting
        yield


async def task(flag, parked):
    print(core.cur_task is asyncio.current_task() is asyncio.cur_task is uasyncio.cur_task)
    yield core._io_queue.queue_read(flag)
    print("flag")
    await parked.wait()
    print("woken")


async def main():
    flag = asyncio.ThreadSafeFlag()
    parked = Parked()
    t = _promote_to_task(task(flag, parked))
    print(core._promote_to_task(t) is t)
    await asyncio.sleep_ms(1)
    flag.set()
    await asyncio.sleep_ms(5)
    parked.wake()
    await t
    flag.set()
    t = core._promote_to_task(task(flag, parked))
    await asyncio.sleep_ms(5)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("cancelled")
    parked.wake()
    print(asyncio.ticks_diff(asyncio.ticks_add(asyncio.ticks(), 5), uasyncio.ticks()) == 5)


asyncio.run(main())
