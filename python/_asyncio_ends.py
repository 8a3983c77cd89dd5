# Waiting for the ends of tasks that others may await too: wait(), as_completed(), shield(). docs/names.md has what differs
# from CPython.
import uasyncio_priority as core
from time import ticks_add, ticks_diff


FIRST_COMPLETED = "FIRST_COMPLETED"
FIRST_EXCEPTION = "FIRST_EXCEPTION"
ALL_COMPLETED = "ALL_COMPLETED"


# What is waited for on behalf of a task runs at that task's level.
def task_of(aw):
    if isinstance(aw, core.Task):
        return aw
    if not core._check_awaitable(aw):
        aw = core.wait_for(aw, None)  # a coroutine that awaits it
    return core.create_task(aw, core.current_task().level)


# The exception that a task ended with, or None. It is not reported then: who waits finds it in the task.
def error_of(task):
    return None if task.cancelled() else task.exception()


# Where one task waits for what the done callbacks of others bring about.
class Ends:
    _waits = None  # the task, while it waits

    # To be called by a done callback: `ended` is the task that ended.
    def wake(self, ended):
        if self._waits:
            error_of(ended)
            core.wake(self._waits, ended)

    # Waits until done() is true, or for `timeout` seconds. It is asked after each wake-up.
    # async
    def until(self, done, timeout=None):
        nap = timeout is not None and core.sleep(timeout)  # False: somebody will wake it
        if nap:
            end = ticks_add(core.Loop.time(), int(timeout * 1000))
        self._waits = core.current_task()
        try:
            while not done():
                yield nap
                if nap:
                    nap = ticks_diff(end, core.Loop.time())  # ms
                    if nap <= 0:
                        break
        finally:
            self._waits = None


# wait(tasks, timeout=None, return_when=ALL_COMPLETED) -> sets of those that ended and of the others, which go on.
async def wait(aws, *, timeout=None, return_when=ALL_COMPLETED):
    if isinstance(aws, core.Task) or hasattr(aws, "send"):
        raise TypeError("'aws' must be an iterable of Tasks, not " + type(aws).__name__)
    tasks = set(aws)
    if not tasks:
        raise ValueError("'aws' must not be empty")
    for t in tasks:
        if not isinstance(t, core.Task):
            raise TypeError("'aws' must have Tasks, not " + type(t).__name__)
    if return_when not in (ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION):
        raise ValueError("'return_when' is none of the three")
    ends = Ends()
    left = len(tasks)

    def ended(task):
        nonlocal left
        left -= 1
        error = error_of(task)
        if return_when == FIRST_COMPLETED or return_when == FIRST_EXCEPTION and error is not None:
            left = 0
        if left <= 0:
            ends.wake(task)

    try:
        for t in tasks:
            t.add_done_callback(ended)
        await ends.until(lambda: left <= 0, timeout)
    finally:
        for t in tasks:
            t.remove_done_callback(ended)
    done = {t for t in tasks if t.done()}
    return done, tasks - done


# Puts `it` at place `n` of a list that has `task` there or behind. Needs no memory: a done callback must not fail.
def to_place(tasks, n, task, it):
    i = tasks.index(task)
    while i > n:
        tasks[i] = tasks[i - 1]
        i -= 1
    tasks[n] = it


# What as_completed() returns. `for` has awaitables of results from it, `async for` the tasks.
class AsCompleted:
    def __init__(self, aws, timeout):
        aws = list(aws)
        for aw in aws:
            core._check_awaitable(aw)
        self._some = core.Semaphore(0)  # those that ended, or did not in time, and that nobody has
        self._ended = self._given = 0
        self._late = False
        self._waits = []  # who waits for one of them
        self._tasks = tasks = []  # those that ended in their order, then the others
        self._timer = None
        if timeout is not None:
            self._timer = core.Loop.call_later(timeout, self._expired)
        try:
            for aw in aws:
                task = task_of(aw)
                if task not in tasks:  # not given twice
                    tasks.append(task)
            self._left = len(tasks)  # those that were not asked for
            for task in tasks:
                task.add_done_callback(self._ends)
        except:  # noqa: E722
            if self._timer:
                self._timer.cancel()
            raise

    def _ends(self, task):
        if not self._late:
            to_place(self._tasks, self._ended, task, task)
            self._ended += 1
            error_of(task)
            if self._timer and self._ended == len(self._tasks):
                self._timer.cancel()
            self._some.release()
            # It was handed to one of these, for whom it is urgent; the others wait on.
            for waits in self._waits:
                core.wake(waits, task)

    def _expired(self):
        self._late = True
        for _ in range(len(self._tasks) - self._ended):
            self._some.release()

    def __iter__(self):
        return self

    __aiter__ = __iter__

    def __next__(self):
        return self._result(self._next(StopIteration))

    def __anext__(self):
        return self._next(StopAsyncIteration)

    def _next(self, stop):
        if not self._left:
            raise stop
        self._left -= 1
        return self._task()

    async def _task(self):
        waits = core.current_task()
        self._waits.append(waits)
        try:
            await self._some.acquire()
        finally:
            self._waits.remove(waits)
        i = self._given
        if i == self._ended:
            raise core.TimeoutError
        self._given += 1
        task = self._tasks[i]
        self._tasks[i] = None
        return task

    async def _result(self, task):
        return (await task).result()


# as_completed(aws, timeout=None): an iterator of their ends, in the order in which they end. TimeoutError for those that have
# not ended after `timeout` seconds; they go on.
def as_completed(aws, *, timeout=None):
    return AsCompleted(aws, timeout)


# shield(aw): await it to have what `aw` returns. It is started at once, and a cancel of the waiter does not reach it.
def shield(aw):
    core._check_awaitable(aw)
    return shielded(task_of(aw))


async def shielded(task):
    if not task.done():
        ends = Ends()
        wake = ends.wake
        task.add_done_callback(wake)
        try:
            await ends.until(task.done)
        finally:
            task.remove_done_callback(wake)
    return task.result()
