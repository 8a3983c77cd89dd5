# Waiting for several things.
import uasyncio_priority as core


# Makes a coroutine of what only knows to be awaited, such as when() or asyn.Event.
async def await_it(aw):
    return await aw


# What is waited for on behalf of a task runs at that task's level.
def task_of(aw):
    if isinstance(aw, core.Task):
        return aw
    return core.create_task(
        aw if core._check_awaitable(aw) else await_it(aw), core.current_task().level
    )


# Waits until core.wake() is called.
# async
def park():
    yield False


# Cancels a task for the running one. If that is whom it awaits, it can only be cancelled itself.
def cancel_if_it_can(task):
    try:
        task.cancel()
    except RuntimeError:
        task.data = core.CancelledError


# gather(*aws, return_exceptions=False) -> list of results. The first exception ends the wait and
# leaves the other tasks running; a cancel of the waiter cancels them all.
async def gather(*aws, return_exceptions=False):
    waits = core.current_task()
    left = 0
    error = return_exceptions  # no other takes its place if that is true

    # Needs no memory: a closure over more than three would.
    def ended(task, e):
        nonlocal left, error
        left -= 1
        if not (error or isinstance(e, StopIteration)):
            error = e
            left = 0
        if not left:
            core.wake(waits, task)  # as urgently as that one ran

    for t in aws:
        core._check_awaitable(t)
        # True: it runs and nobody waits for it; false: it has ended.
        if isinstance(t, core.Task) and (
            t is core.current_task() or t.state and t.state is not True
        ):
            raise RuntimeError("can't gather")
    tasks = list(map(task_of, aws))
    cancelled = None
    try:
        for t in tasks:
            if t.state is not ended:  # not given twice
                left += 1
                if t.state:
                    t.state = ended
                else:
                    ended(t, t.data)
        while left and error is return_exceptions:
            await park()
    except core.CancelledError as er:
        error = cancelled = er
    except MemoryError as er:
        error = er
    for i in range(len(tasks)):  # of these lines none needs memory
        t = tasks[i]
        if t.state is ended:
            t.state = True
            if cancelled:
                cancel_if_it_can(t)
        elif t.done():
            try:
                tasks[i] = await t
            except:  # noqa: E722
                tasks[i] = t.data
    if error is not return_exceptions:
        raise error
    return tasks
