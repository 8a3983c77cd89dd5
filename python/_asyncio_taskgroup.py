# TaskGroup and the exceptions that it raises. MicroPython has no `except*`: split() is in its place.
import uasyncio_priority as core
from _asyncio_ends import error_of, to_place


# BaseExceptionGroup(message, exceptions): several exceptions in one, which may be groups too.
# In CPython a BaseExceptionGroup is no Exception. MicroPython's exceptions have one native base.
class BaseExceptionGroup(Exception):
    _of = BaseException

    def __init__(self, message, exceptions):
        super().__init__(message, exceptions)
        self.message = message
        self.exceptions = tuple(exceptions)
        if not self.exceptions:
            raise ValueError("'exceptions' must not be empty")
        for e in self.exceptions:
            if not isinstance(e, BaseException):
                raise ValueError("'exceptions' must have exceptions, not " + type(e).__name__)
            if not isinstance(e, self._of):
                raise TypeError("ExceptionGroup cannot have a " + type(e).__name__)

    def __str__(self):
        n = len(self.exceptions)
        return "{} ({} sub-exception{})".format(self.message, n, "s" if n > 1 else "")

    # A group of the same message with other exceptions.
    def derive(self, exceptions):
        return group(self.message, exceptions)

    # Two groups, either of which may be None: of those that `condition` is true of, or that are of that type or of one of that
    # tuple of types; and of the others.
    def split(self, condition):
        if isinstance(condition, (type, tuple)):
            types = condition
            condition = lambda e: isinstance(e, types)  # noqa: E731
        if condition(self):
            return self, None
        match, rest = [], []
        for e in self.exceptions:
            if isinstance(e, BaseExceptionGroup):
                m, r = e.split(condition)
            elif condition(e):
                m, r = e, None
            else:
                m, r = None, e
            if m is not None:
                match.append(m)
            if r is not None:
                rest.append(r)
        return tuple(self.derive(some) if some else None for some in (match, rest))

    def subgroup(self, condition):
        return self.split(condition)[0]


class ExceptionGroup(BaseExceptionGroup):
    _of = Exception


# In CPython BaseExceptionGroup() itself does that.
def group(message, exceptions):
    plain = all(isinstance(e, Exception) for e in exceptions)
    return (ExceptionGroup if plain else BaseExceptionGroup)(message, exceptions)


# Cancels a task for the running one. If that is whom it awaits, it can only be cancelled itself.
def cancel_if_it_can(task):
    try:
        task.cancel()
    except RuntimeError:
        task.data = core.CancelledError


# A cancel from outside comes at the next wait, unless a time-out or uncancel() took it back meanwhile. The count stays.
def cancel_again(task):
    if task.cancelling():
        task.uncancel()
        task.cancel()


# async with TaskGroup() as group: waits at its end until all of its tasks have ended. The first one that fails, or an exception
# of the body, cancels the others and the body; then an ExceptionGroup is raised. A cancel from outside cancels them all.
class TaskGroup:
    def __init__(self):
        self._parent = None
        self._waits = False  # the parent, at the end
        self._tasks = []  # the exceptions of those that failed, in their order, then the tasks that have not ended
        self._failed = 0
        self._exiting = False
        self._aborting = False
        self._cancelled = False  # the group cancelled its own parent

    async def __aenter__(self):
        if self._parent:
            raise RuntimeError("the TaskGroup was entered before")
        self._parent = core.current_task()
        self._parent.cancelling()  # counts from here on
        return self

    # A task of the group, due now. level: its own; None: that of the task that entered the group.
    def create_task(self, coro, *, name=None, level=None):
        tasks = self._tasks
        if not self._parent or self._aborting or self._exiting and len(tasks) == self._failed:
            raise RuntimeError("the TaskGroup was not entered, or it ends")
        task = core.Task(coro)
        if name is not None:
            task.set_name(name)
        task.set_level(self._parent.level if level is None else level)
        task.add_done_callback(self._ended)
        tasks.append(task)
        core.wake(task)  # Needs no memory: no task begins that the group does not know.
        return task

    # The done callback of each task. Needs no memory.
    def _ended(self, task):
        tasks = self._tasks
        error = error_of(task)
        if error is None:
            tasks.remove(task)
        else:
            to_place(tasks, self._failed, task, error)
            self._failed += 1
            if not self._aborting and not self._parent.done():
                self._abort()
                self._cancelled = self._parent.cancel()
                return
        if self._waits and len(tasks) == self._failed:
            core.wake(self._parent, task)

    def _abort(self):
        self._aborting = True
        tasks = self._tasks
        for i in range(self._failed, len(tasks)):
            cancel_if_it_can(tasks[i])

    # async
    def __aexit__(self, _, error, tb):
        self._exiting = True
        parent = self._parent
        tasks = self._tasks
        cancelled = error if isinstance(error, core.CancelledError) else None
        if error is not None and not self._aborting:
            self._abort()
        while len(tasks) > self._failed:
            self._waits = True
            try:
                yield False
            except core.CancelledError as er:
                if not self._aborting:
                    cancelled = er
                    self._abort()
            self._waits = False
        if isinstance(error, (SystemExit, KeyboardInterrupt)):
            raise error
        if self._cancelled and not parent.uncancel():
            cancelled = None  # it was the group's own
        if cancelled is not None and not tasks:
            raise cancelled
        if error is not None and not isinstance(error, core.CancelledError):
            tasks.append(error)
        if tasks:
            if parent.cancelling():
                core.Loop.call_soon(cancel_again, parent)
            raise group("unhandled errors in a TaskGroup", tasks)
