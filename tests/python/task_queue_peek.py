# _task_queue.peek() is the task that is due first, as MicroPython's own asyncio says it to debugging helpers.
import asyncio
from asyncio.core import _task_queue
from uasyncio_priority import _mock_clock as clock

clock(1000)

names = {}


async def sleeps(ms):
    await asyncio.sleep_ms(ms)


async def late(ms):
    await asyncio.after_ms(ms)


async def waits(event):
    await event.wait()


def peek():
    task = _task_queue.peek()
    return names.get(task, task)


async def main():
    event = asyncio.Event()
    names[asyncio.current_task()] = "main"
    print(peek())  # nobody but who asks
    for name, coro in (
        ("30", sleeps(30)),
        ("10", sleeps(10)),
        ("low 20", late(20)),
        ("event", waits(event)),
    ):
        names[asyncio.create_task(coro)] = name
    print(peek())  # due, and the first to be so
    asyncio.get_event_loop().call_later_ms(2, print, "a callback is no task")
    await asyncio.sleep_ms(1)
    task = _task_queue.peek()
    print(peek(), task.ph_key)
    asyncio.get_event_loop().call_later_ms(11, lambda: print(peek()))
    await asyncio.sleep_ms(12)
    print(peek())
    await asyncio.sleep_ms(10)
    print(peek())
    task = _task_queue.pop()
    print(names[task], peek())
    await asyncio.sleep_ms(20)
    print(task.done())
    _task_queue.push(task)
    print(peek())
    await asyncio.sleep_ms(0)
    print(task.done(), peek())
    try:
        _task_queue.pop()
    except IndexError as er:
        print("IndexError:", er)
    # Across the place where the clock begins anew.
    clock((1 << 32) - 5)
    names[asyncio.create_task(sleeps(10))] = "behind"
    names[asyncio.create_task(sleeps(3))] = "before"
    await asyncio.sleep_ms(1)
    print(peek())
    await asyncio.sleep_ms(3)
    print(peek())


asyncio.run(main())
