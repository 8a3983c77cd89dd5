# An exception on its way into a task is not lost, whoever else schedules the task.
import asyncio_priority as asyncio
from uasyncio_priority import _task_queue, wake

loop = asyncio.get_event_loop()


async def sleeps():
    try:
        await asyncio.sleep_ms(10000)
        print("slept")
    except asyncio.CancelledError:
        print("cancelled")


async def main():
    for revive in (wake, _task_queue.push, lambda task: loop.call_soon(task.coro)):
        t = asyncio.create_task(sleeps())
        await asyncio.sleep_ms(1)
        print(t.cancel())
        revive(t)
        await t

    # A condition that cancels its own task and then raises
    def condition():
        t.cancel()
        raise ValueError

    async def waits():
        await asyncio.when(condition)

    t = asyncio.create_task(waits())
    try:
        await t
    except asyncio.CancelledError:
        print("cancelled")


asyncio.run(main())
