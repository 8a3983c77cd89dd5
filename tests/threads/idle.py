# With a lock around all of Python every thread may use the loop. What one makes due while the loop waits ends that wait.
# Whoever starts this sees to it that the loop waits, then sends a line, and the other thread acts.
import _thread
import micropython
import sys

import asyncio_priority as asyncio
import uasyncio_priority as core
from asyncio_priority import _task_queue

loop = asyncio.get_event_loop()
todo = []
here = _thread.get_ident()


def acts():
    while sys.stdin.readline():
        todo.pop()()


def go(name, act):
    todo.append(act)
    print(name)


async def sets(event):
    event.set()


async def sleeps():
    await asyncio.sleep(100000)


async def parks(name, act):
    task = asyncio.current_task()
    go(name, lambda: act(task))
    yield False  # until somebody schedules it


async def events():
    event = asyncio.Event()
    for name, act in (
        ("Event.set", event.set),
        ("create_task", lambda: asyncio.create_task(sets(event))),
        ("call_soon", lambda: loop.call_soon(event.set)),
        ("call_soon_threadsafe", lambda: loop.call_soon_threadsafe(event.set)),
        ("call_later", lambda: loop.call_later(0, event.set)),
        ("call_later_ms", lambda: loop.call_later_ms(3, event.set)),
        ("call_after", lambda: loop.call_after(0, event.set)),
    ):
        event.clear()
        go(name, act)
        await event.wait()


async def others():
    queue = asyncio.WaitQueue()
    go("WaitQueue.wake", queue.wake)
    await queue.wait()
    lock = asyncio.Lock()
    await lock.acquire()
    go("Lock.release", lock.release)
    await lock.acquire()
    semaphore = asyncio.Semaphore(0)
    go("Semaphore.release", semaphore.release)
    await semaphore.acquire()
    task = asyncio.create_task(sleeps())
    await asyncio.sleep_ms(0)
    go("Task.cancel", task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    await parks("wake", core.wake)
    await parks("_task_queue.push", _task_queue.push)
    flag = asyncio.ThreadSafeFlag()
    go("ThreadSafeFlag.set", flag.set)
    await flag.wait()


async def scheduled():
    # A scheduled callback that another thread runs, and in which that waits for something.
    event = asyncio.Event()

    def callback(_):
        print("scheduled", "here" if _thread.get_ident() == here else "there")
        sys.stdin.readline()
        event.set()

    def act():
        micropython.schedule(callback, None)
        for _ in range(10):
            pass

    go("schedule", act)
    await event.wait()


_thread.start_new_thread(acts, ())
for main in events, others, scheduled:
    asyncio.run(main())
go("stop", loop.stop)
loop.run_forever()
go("stop_loop", lambda: core.stop_loop("stopped"))
print(loop.run_forever())
