# Waiting for several things, and waiting for a limited time.
from uasyncio_priority import CancelledError, Loop, Task, TimeoutError, WaitQueue
from uasyncio_priority import create_task, current_task


# Makes a task of what only knows to be awaited, such as when() or asyn.Event.
async def _await(aw):
    return await aw


# What is waited for on behalf of a task runs at that task's level.
def _task(aw):
    if isinstance(aw, Task):
        return aw
    return create_task(aw if hasattr(aw, "send") else _await(aw), current_task().level)


# Wakes `q` when `task` has ended, however it ended. A task of its own, because others may
# await the same `task`, and because a cancel of the waiter must not end up in `task` first.
async def _join(task, q):
    try:
        await task
    except BaseException:
        pass  # the waiter finds it in the task
    q.wake()


async def _wait_for(aw, timeout, call_later):
    if timeout is None:
        return await _task(aw)
    q = WaitQueue()
    timer = call_later(timeout, q.wake)
    try:
        task = _task(aw)
        create_task(_join(task, q), current_task().level)
        try:
            await q.wait()
            late = not task.done()
            if late:
                task.cancel()
                await q.wait()  # what it does about it is still part of the wait
        except CancelledError:
            task.cancel()
            raise
    finally:
        timer.cancel()
    if late:
        raise TimeoutError
    return await task


# wait_for(aw, timeout) -> what `aw` returns; `timeout` in seconds, None: no limit.
# Then CancelledError goes into `aw`, and TimeoutError to the caller once `aw` has ended.
def wait_for(aw, timeout):
    return _wait_for(aw, timeout, Loop.call_later)


# The same with `timeout` an int of milliseconds.
def wait_for_ms(aw, timeout):
    return _wait_for(aw, timeout, Loop.call_later_ms)


# gather(*aws, return_exceptions=False) -> list of results. The first exception ends the wait and
# leaves the other tasks running; a cancel of the waiter cancels them all.
async def gather(*aws, return_exceptions=False):
    q = WaitQueue()
    left = 0
    error = None

    def done(task, er):
        nonlocal left, error
        left -= 1
        if not (return_exceptions or error or isinstance(er, StopIteration)):
            error = er
        if error or not left:
            q.wake()

    for t in aws:
        # True: it runs and nobody waits for it; false: it has ended.
        if isinstance(t, Task) and (t is current_task() or t.state and t.state is not True):
            raise RuntimeError("can't gather")
    tasks = [_task(aw) for aw in aws]
    for t in tasks:
        if not (return_exceptions or t.state or isinstance(t.data, StopIteration)):
            error = t.data  # failed before: do not wait for the others
            break
    else:
        for t in tasks:
            if t.state is True:
                t.state = done
                left += 1
    cancelled = False
    try:
        if left:
            await q.wait()
    except CancelledError as er:
        error = er
        cancelled = True
    for t in tasks:
        if t.state is done:
            t.state = True
            if cancelled:
                t.cancel()
    if error:
        raise error
    return [t.data.value if isinstance(t.data, StopIteration) else t.data for t in tasks]
