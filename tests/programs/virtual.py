"""CPython's asyncio with a clock that moves only when nothing is left to do: virtual.py SCRIPT runs one by it.

What a script prints does then not hang on how busy the machine is. program.py uses it as a module.
"""

import asyncio
import itertools
import runpy
import sys

MICROSECOND = 1e-6
now = 0


def clock():
    return now


def seconds(ms):
    """Seconds of this loop are ms."""
    return ms


class Timer(asyncio.TimerHandle):
    """Of those that are due at the same time the one that was made first goes first."""

    order = itertools.count()

    def __init__(self, *args):
        super().__init__(*args)
        self.number = next(self.order)

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class Loop(asyncio.BaseEventLoop):
    """No sockets, and nothing to wait for but the clock."""

    a_pass = 0  # what a pass takes while something is ready

    def __init__(self):
        super().__init__()
        self._selector = self
        self._clock_resolution = MICROSECOND

    def time(self):
        return now

    def select(self, timeout):
        global now
        if timeout is None:
            sys.exit("nothing is left to do")
        now += timeout or self.a_pass
        return []

    def _process_events(self, events):
        pass


class Children(dict):
    """The tasks of a group in the order in which they were made; a set has none."""

    def add(self, task):
        self[task] = None

    def discard(self, task):
        self.pop(task, None)


class TaskGroup(asyncio.TaskGroup):
    def __init__(self):
        super().__init__()
        self._tasks = Children()

    if sys.version_info < (3, 13):
        # A cancel from outside that comes together with an error is not lost, since 3.13.
        async def __aexit__(self, et, exc, tb):
            parent = self._parent_task
            own = self._parent_cancel_requested
            try:
                return await super().__aexit__(et, exc, tb)
            except BaseExceptionGroup:  # noqa: F821
                if self._parent_cancel_requested and not own:
                    parent.uncancel()  # 3.12 and before take it back only if the body was cancelled
                if parent.cancelling():
                    parent.uncancel()
                    parent.cancel()
                raise


timeout = asyncio.timeout


async def wait_for(aw, ms):
    """As wait_for() is since 3.12."""
    async with timeout(ms):
        return await aw


def run(main):
    """Runs what main() returns on a new loop, which drops what is left behind."""
    global now
    now = 0
    asyncio.events.TimerHandle = Timer
    loop = Loop()
    loop.set_exception_handler(lambda loop, context: None)
    asyncio.events.set_event_loop(loop)
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


class ScriptLoop(Loop):
    a_pass = 10 * MICROSECOND  # else a task that never sleeps would stop the clock


class Policy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = ScriptLoop


def script(path):
    """Runs a script as `python3 SCRIPT` does, with wait_for() as it is since 3.12."""
    asyncio.events.TimerHandle = Timer
    asyncio.set_event_loop_policy(Policy())
    asyncio.wait_for = wait_for
    runpy.run_path(path, run_name="__main__")


if __name__ == "__main__":
    script(sys.argv[1])
