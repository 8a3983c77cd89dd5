# What a thread may do to a loop that another one runs: nothing but what is safe; all else raises, and changes nothing.
import _thread
import sys

import asyncio_priority as asyncio
import uasyncio_priority as core
from asyncio_priority import _io_queue, _task_queue

loop = asyncio.get_event_loop()
coros = []


def coro():
    async def never():
        print("a task that nobody made")

    coros.append(never())
    return coros[-1]


def never():
    print("a call that nobody made")


async def holds(lock, event):
    async with lock:
        await event.wait()


class Targets:
    # What is there to be changed, in use by tasks of the loop.
    def __init__(self):
        self.event = asyncio.Event()
        self.end = asyncio.Event()
        self.flag = asyncio.ThreadSafeFlag()
        self.lock = asyncio.Lock()
        self.queue = asyncio.WaitQueue()
        self.semaphore = asyncio.Semaphore(0)
        self.bounded = asyncio.BoundedSemaphore(1)
        self.items = asyncio.Queue()
        self.items.put_nowait(1)
        self.put = self.items.put(2)
        self.task = asyncio.create_task(holds(self.lock, self.end))
        self.sleeper = asyncio.create_task(self.sleeps())
        self.other = asyncio.create_task(holds(self.lock, self.end))
        self.handle = loop.call_later(1000, never)
        self.when = asyncio.when(never)

    async def sleeps(self):
        await asyncio.sleep(1000)


def changes(t):
    # Each of them would change what the other thread is at work with.
    yield "create_task", lambda: asyncio.create_task(coro())
    yield "loop.create_task", lambda: loop.create_task(coro(), 0)
    yield "ensure_future", lambda: asyncio.ensure_future(coro())
    yield "run", lambda: asyncio.run(coro())
    yield "run_until_complete", lambda: core.run_until_complete(coro())
    yield "run_until_complete()", lambda: core.run_until_complete()
    yield "loop.run_until_complete", lambda: loop.run_until_complete(coro())
    yield "loop.run_until_complete task", lambda: loop.run_until_complete(t.task)
    yield "run_forever", lambda: loop.run_forever()
    yield "new_event_loop", lambda: asyncio.new_event_loop()
    yield "get_event_loop", lambda: asyncio.get_event_loop(100)
    yield "stop", lambda: loop.stop()
    yield "stop_loop", lambda: core.stop_loop(1)
    yield "max_overdue_ms", lambda: loop.max_overdue_ms(100)
    yield "set_exception_handler", lambda: loop.set_exception_handler(print)
    yield "call_soon", lambda: loop.call_soon(never)
    yield "call_soon task", lambda: loop.call_soon(t.task.coro)
    yield "call_later", lambda: loop.call_later(0, never)
    yield "call_later_ms", lambda: loop.call_later_ms(0, never)
    yield "call_at", lambda: loop.call_at(loop.time(), never)
    yield "call_at_", lambda: loop.call_at_(loop.time(), never)
    yield "call_after", lambda: loop.call_after(0, never)
    yield "call_after_ms", lambda: loop.call_after_ms(0, never)
    yield "Handle.cancel", lambda: t.handle.cancel()
    yield "cancel", lambda: asyncio.cancel(t.task.coro)
    yield "Task.cancel", lambda: t.task.cancel()
    yield "Task.cancel asleep", lambda: t.sleeper.cancel()
    yield "Task.set_level", lambda: t.task.set_level(0)
    yield "loop.stats", lambda: loop.stats(True)
    yield "loop.trace", lambda: loop.trace(16)
    yield "Task.set_deadline", lambda: t.task.set_deadline(5)
    yield "Task.deadline", lambda: t.task.deadline
    yield "Task.data", lambda: setattr(t.task, "data", None)
    yield "Task.state", lambda: setattr(t.task, "state", never)
    yield "Task.result", lambda: t.task.result()
    yield "Task.exception", lambda: t.task.exception()
    yield "Task.cancelled", lambda: t.task.cancelled()
    yield "Task.cancelling", lambda: t.task.cancelling()
    yield "Task.uncancel", lambda: t.task.uncancel()
    yield "Task.set_name", lambda: t.task.set_name("name")
    yield "Task.add_done_callback", lambda: t.task.add_done_callback(never)
    yield "Task.remove_done_callback", lambda: t.task.remove_done_callback(never)
    yield "all_tasks", lambda: asyncio.all_tasks()
    yield "wake", lambda: core.wake(t.task)
    yield "current_task", lambda: asyncio.current_task()
    yield "Event.set", lambda: t.event.set()
    yield "Lock.release", lambda: t.lock.release()
    yield "WaitQueue.wake", lambda: t.queue.wake()
    yield "WaitQueue.push", lambda: t.queue.push(t.task)
    yield "WaitQueue.pop", lambda: t.queue.pop()
    yield "WaitQueue.peek", lambda: t.queue.peek()
    yield "WaitQueue.remove", lambda: t.queue.remove(t.task)
    yield "len of a WaitQueue", lambda: len(t.queue)
    yield "_task_queue.push", lambda: _task_queue.push(t.task)
    yield "_task_queue.remove", lambda: _task_queue.remove(t.task)
    yield "_io_queue.remove", lambda: _io_queue.remove(t.task)
    yield "_io_queue.queue_read", lambda: _io_queue.queue_read(sys.stdin)
    yield "Semaphore.release", lambda: t.semaphore.release()
    yield "BoundedSemaphore.release", lambda: t.bounded.release()
    yield "Queue.put_nowait", lambda: t.items.put_nowait(1)
    yield "Queue.get_nowait", lambda: t.items.get_nowait()
    yield "Queue.put", lambda: t.items.put(1)
    yield "Queue.task_done", lambda: t.items.task_done()
    yield "Queue.shutdown", lambda: t.items.shutdown()
    # Awaitables are the loop's too.
    yield "sleep", lambda: asyncio.sleep(0)
    yield "sleep_ms", lambda: asyncio.sleep_ms(0)
    yield "after", lambda: asyncio.after(0)
    yield "after_ms", lambda: asyncio.after_ms(0)
    yield "when", lambda: asyncio.when(never)
    yield "readable", lambda: asyncio.readable(sys.stdin)
    yield "writable", lambda: asyncio.writable(sys.stdout)
    yield "await Event", lambda: next(t.end)
    yield "await Lock", lambda: next(t.lock)
    yield "await Semaphore", lambda: next(t.semaphore)
    yield "await Queue", lambda: next(t.items)
    yield "await Queue.put", lambda: next(t.put)
    yield "await Task", lambda: next(t.task)
    yield "await when", lambda: next(t.when)
    # These look into the core.
    yield "Task.level", lambda: t.task.level
    yield "Task.ph_key", lambda: t.task.ph_key
    yield "Task.state read", lambda: t.task.state
    yield "Task.data read", lambda: t.task.data


def looks(t):
    # And these are safe.
    yield loop.time() >= 0
    yield loop.is_running()
    yield asyncio.get_event_loop() is loop is asyncio.get_running_loop() is asyncio.Loop
    yield loop.max_overdue_ms() == 0
    yield loop.get_exception_handler() is None
    yield not t.task.done()
    yield t.task.coro is not None
    yield t.task.get_coro() is t.task.coro and t.task.get_name() is not None
    yield not t.event.is_set()
    yield t.lock.locked()
    yield t.semaphore.locked() and not t.bounded.locked() and not t.items.full()
    yield None not in (asyncio.Event(), asyncio.Lock(), asyncio.ThreadSafeFlag(), asyncio.Queue())
    yield t.handle is not None
    t.flag.set()
    t.flag.clear()


def foreigner(t, done):
    raised = n = 0
    for name, change in changes(t):
        n += 1
        try:
            change()
        except RuntimeError as e:
            if "another thread runs the loop: use call_soon_threadsafe()" in str(e):
                raised += 1
                continue
            print(name, "raised", repr(e))
        except BaseException as e:
            print(name, "raised", repr(e))
        else:
            print(name, "did not raise")
    print(raised, "of", n, "raised")
    good = list(looks(t))
    print(all(good) or good)
    loop.call_soon_threadsafe(done.append, True)  # which ends the other thread's wait


async def main(who):
    t = Targets()
    await asyncio.sleep_ms(1)
    done = []
    before = t.task.state, t.task.level, t.other.state
    _thread.start_new_thread(foreigner, (t, done))
    while not done:
        await asyncio.sleep_ms(1)
    # All is as it was.
    print(before == (t.task.state, t.task.level, t.other.state), t.lock.locked(), t.event.is_set())
    print(
        t.items.qsize(),
        t.items.get_nowait(),
        loop.max_overdue_ms(),
        loop.get_exception_handler(),
        len(t.queue),
    )
    print(t.handle.cancel(), t.sleeper.cancel(), t.sleeper.done())
    t.end.set()
    print(await asyncio.gather(t.task, t.other), t.lock.locked())
    return who


def another(over):
    print(asyncio.run(main("another")))
    over.release()


# The main thread's loop, then another thread's, where the main thread is the foreigner; then the main thread's again.
print(asyncio.run(main("the main thread")))
over = _thread.allocate_lock()
over.acquire()
_thread.start_new_thread(another, (over,))
over.acquire()
print(asyncio.run(main("the main thread again")))
