# Runner: runs coroutines one after the other, and ends what they leave behind.
import uasyncio_priority as core
from _asyncio_ends import wait


# There is one loop: close() ends all that is on it, also what was there before the Runner.
class Runner:
    _closed = False

    # As in CPython; nothing depends on them.
    def __init__(self, *, debug=None, loop_factory=None):
        pass

    def __enter__(self):
        return self

    def __exit__(self, type, value, tb):
        self.close()

    def get_loop(self):
        return core.Loop

    # What `coro` returns. RuntimeError inside the loop, or after close().
    def run(self, coro):
        if self._closed:
            raise RuntimeError("the Runner is closed")
        return core.run(coro)

    # Cancels all tasks and waits until they have ended, then forgets all callbacks. RuntimeError inside the loop.
    def close(self):
        if not self._closed:
            if core.Loop.is_running():
                raise RuntimeError("the loop is running already")
            self._closed = True
            tasks = core.all_tasks()
            for t in tasks:
                t.cancel()
            if tasks:
                core.run(wait(tasks))
            core.new_event_loop()
