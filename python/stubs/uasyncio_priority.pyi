"""The built-in module: the loop, its tasks, and what they wait for."""

# What takes names as keywords has them here; all else is by position (`/`).
#
# Doc comments are what an editor shows, and what docs/api is made of (tools/api.py). After the text come, where there is
# something to say: "Level:" where a wake-up lands; "Raises:"; "Interrupt:" whether an interrupt may call it, if it may; an
# example, which tests/docs_code.py runs with `import asyncio_priority as asyncio` before it.
from typing import Any, Awaitable, Callable, Coroutine, Generator, Generic, Iterable, TypeVar

_T = TypeVar("_T")
_Self = TypeVar("_Self")
_Context = dict[str, Any]  # "message", "exception", "future" (a Task, or None for a callback)

__version__: str
"""The version of this loop, of `uasyncio_priority` only: `asyncio.__version__` is that of the asyncio whose names it has.

```python
import uasyncio_priority

print(uasyncio_priority.__version__.count("."))
# 2
```
"""

HIGH: int
"""The level that goes before all others: `create_task(coro, level=HIGH)`, `task.set_level(HIGH)`.

```python
async def step(name):
    print(name, end=" ")

driver = asyncio.create_task(step("driver"), level=asyncio.HIGH)
asyncio.run(asyncio.gather(step("web"), driver))
# driver web
```
"""
NORMAL: int
"""The level of everything that names no other.

```python
async def main():
    print(asyncio.current_task().level == asyncio.NORMAL)

asyncio.run(main())
# True
```
"""
LOW: int
"""The level of what can wait until nobody else is ready.

```python
async def step(name):
    print(name, end=" ")

chart = asyncio.create_task(step("chart"), level=asyncio.LOW)
asyncio.run(asyncio.gather(chart, step("web")))
# web chart
```
"""

class CancelledError(BaseException):
    """What a cancelled task gets at the point where it waits. A `BaseException`: `except Exception` lets it pass.

    It is one object for all cancels. Who catches it to clean up raises it again.

    ```python
    async def work():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            print("cleans up")
            raise

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep_ms(1)
        task.cancel()
        await asyncio.sleep_ms(1)
        print(task.cancelled())

    asyncio.run(main())
    # cleans up
    # True
    ```
    """

class TimeoutError(Exception):
    """What `wait_for()` and `timeout()` raise when the time is over. A class of this module: MicroPython has none built in.

    ```python
    async def main():
        try:
            await asyncio.wait_for_ms(asyncio.sleep(60), 5)
        except asyncio.TimeoutError:
            print("too late")

    asyncio.run(main())
    # too late
    ```
    """

class InvalidStateError(Exception):
    """What `task.result()` and `task.exception()` raise while the task has not ended.

    ```python
    async def main():
        task = asyncio.create_task(asyncio.sleep_ms(1))
        try:
            task.result()
        except asyncio.InvalidStateError:
            print("not yet")
        await task

    asyncio.run(main())
    # not yet
    ```
    """

class _Handle:
    """What `call_soon()`, `call_later()` and their kin return."""

    def cancel(self) -> bool:
        """Have the callback not run. True if that came in time, False if it ran or was cancelled before."""

class _Loop:
    """The loop. There is one: `get_event_loop()` returns it, and `Loop` is it."""

    cur_task: Generator[Any, Any, Any] | None
    """The coroutine that runs (V2)."""
    def create_task(
        self,
        coro: Coroutine[Any, Any, _T],
        level: int = NORMAL,
        *,
        name: Any = None,
        deadline_ms: int | None = None,
    ) -> Task[_T]:
        """As `create_task()` of the module."""
    def run_forever(self) -> Any:
        """Run until `stop()`; with nothing to do, wait without spinning. What `stop_loop(value)` was given is returned.

        Raises: RuntimeError inside the loop.
        """
    def run_until_complete(self, awaitable: Awaitable[_T], /) -> _T:
        """Run until it has ended. Its value is returned, its exception raised. Other tasks stay queued for the next run.

        Raises: RuntimeError inside the loop.
        """
    def stop(self) -> None:
        """End `run_forever()`, after what was due already. Before `run_forever()` it is honoured too."""
    def close(self) -> None:
        """Nothing: the loop is the firmware's."""
    def is_running(self) -> bool:
        """Whether the loop runs. Any thread may ask."""
    def time(self) -> int:
        """The time in ms, of a counter that wraps: `time.ticks_ms()`. Any thread may ask."""
    def max_overdue_ms(self, t: int | None = None, /) -> int:
        """How many ms a low entry may be overdue before it goes first; with `t`, set that. 0 is no limit.

        Raises: TypeError, OverflowError.
        """
    def call_soon(self, callback: Callable[..., object], /, *args: Any) -> _Handle:
        """Call `callback(*args)` when its turn comes. A coroutine in its place is started as a task (V2).

        Level: Normal.
        Raises: TypeError of what is not callable.
        """
    def call_soon_threadsafe(
        self, callback: Callable[..., object], /, *args: Any
    ) -> _Handle | None:
        """As `call_soon()`, from a thread or an interrupt. It ends an idle wait.

        Where the heap is locked, as in a hard interrupt, it takes no arguments, allocates nothing and returns None. The mailbox
        holds 15 calls. If it is full, a hard interrupt's call is lost and reported; another thread waits.

        Level: Normal.
        Raises: TypeError of what is not callable.
        Interrupt: yes, a hard one too.
        """
    def call_later(self, delay: float, callback: Callable[..., object], /, *args: Any) -> _Handle:
        """Call `callback(*args)` after `delay` seconds.

        Level: Normal.
        Raises: TypeError, OverflowError of a delay over 12.4 days.
        """
    def call_later_ms(self, delay: int, callback: Callable[..., object], /, *args: Any) -> _Handle:
        """Call `callback(*args)` after `delay` ms.

        Level: Normal.
        Raises: TypeError, OverflowError of a delay over 12.4 days.
        """
    def call_at(self, when: int, callback: Callable[..., object], /, *args: Any) -> _Handle:
        """Call `callback(*args)` when `time()` is `when` (ticks, in ms). A time that has passed is now.

        Level: Normal.
        Raises: TypeError.
        """
    def call_at_(
        self, time: int, callback: Callable[..., object], args: Iterable[Any] = (), /
    ) -> _Handle:
        """As `call_at()`, with the arguments in one iterable (V2)."""
    def call_after(self, delay: float, callback: Callable[..., object], /, *args: Any) -> _Handle:
        """Call `callback(*args)` after `delay` seconds, when nobody else is ready.

        Level: Low.
        Raises: TypeError, OverflowError of a delay over 12.4 days.
        """
    def call_after_ms(
        self, delay: int, callback: Callable[..., object], args: Iterable[Any] = ()
    ) -> _Handle:
        """Call `callback(*args)` after `delay` ms, when nobody else is ready. The arguments are one tuple or iterable.

        Level: Low.
        Raises: TypeError, OverflowError of a delay over 12.4 days.
        """
    def set_exception_handler(
        self, handler: Callable[[_Loop, _Context], object] | None, /
    ) -> None:
        """Have `handler(loop, context)` called for what leaves a task that nobody awaits, or a callback.

        `context` has "message", "exception" and "future" (the task; None for a callback). None: the default, which prints them.

        Raises: TypeError of what is not callable.
        """
    def get_exception_handler(self) -> Callable[[_Loop, _Context], object] | None:
        """The handler that was set, or None. Any thread may ask."""
    def default_exception_handler(self, loop: Any, context: _Context = ..., /) -> None:
        """Print a context. With or without the loop before it."""
    def call_exception_handler(self, context: _Context | BaseException, /) -> None:
        """Report a context, or an exception, to the handler that is set."""
    idle_hook: Callable[[int | None], object] | None
    """Called in place of the idle wait with how many ms that is at most, None: without limit. None: the loop's own wait.

    Raises: TypeError of what is not callable.
    """
    def gc_idle(self, threshold: int | None = ..., /) -> int | None:
        """Collect garbage before an idle wait that is long enough, if `threshold` bytes were allocated since. None: no more.

        How many us the last collection of this kind took, or None: it is off. Without an argument it changes nothing.

        Raises: TypeError, ValueError.
        """
    slow_step_ms: int | None
    """How many ms a step may take without being reported to the exception handler; None, as at first: any. 1 to 1000000."""
    def stats(self, on: bool = ..., /) -> dict[str, Any] | None:
        """What was counted since `stats(True)`, or None. `stats(True)` counts anew, `stats(False)` no more.

        Raises: MemoryError.
        """
    def trace(self, records: int | bool | None = ..., /) -> int | None:
        """Note what happens from now on in a ring of `records` records, 16 to 65535. False or None: no more, and its memory is free.

        Without an argument: how many records were written, also those that gave way to others; None: it is off.

        Raises: TypeError, ValueError, MemoryError.

        ```python
        loop = asyncio.get_event_loop()
        loop.trace(100)
        asyncio.run(asyncio.sleep_ms(1))
        print(loop.trace())
        loop.trace(False)
        # 5
        ```
        """
    def dump_trace(self, file: Any = ..., /) -> None:
        """Print what the trace holds, a line at a time, to a stream or where `print()` does. `tools/trace.py` reads it.

        Raises: RuntimeError if nothing is traced, OSError of what is no stream.
        """
    def watch(self, wdt: Any, ms: int = ..., /) -> None:
        """Call `wdt.feed()` at least every `ms` / 2, while each level is served within `ms`. `watch(None)`: no more.

        Raises: AttributeError without `feed`, TypeError, ValueError of an `ms` not from 2 to 1000000.
        """

Loop: _Loop
"""The loop itself; `get_event_loop()` returns the same object.

```python
loop = asyncio.Loop
loop.call_after(0.01, print, "low: a little later")
handle = loop.call_later_ms(5, print, "never")
print(handle.cancel())
loop.run_until_complete(asyncio.sleep_ms(20))
print(loop is asyncio.get_event_loop(), loop.is_running())
# True
# low: a little later
# True False
```
"""

def get_event_loop(
    len: int | None = None,
    lpqlen: int | None = None,
    max_overdue_ms: int | None = None,
    hpqlen: int | None = None,
    ioq_len: int | None = None,
    *,
    runq_len: int | None = None,
    waitq_len: int | None = None,
    lp_len: int | None = None,
) -> _Loop:
    """The one loop. The arguments may be given at any call, and change what they name.

    `max_overdue_ms`: how long low priority waits; 0 is no limit. `hpqlen`: so many `when()` allocate nothing. `ioq_len` other than 0:
    fast I/O for all streams. The other lengths are checked, and mean nothing: queues grow by themselves. Under `asyncio` and
    `uasyncio` the order is `(runq_len, waitq_len, ioq_len, lp_len)`.

    Raises: TypeError, ValueError of a length not from 0 to 32767.

    ```python
    loop = asyncio.get_event_loop(max_overdue_ms=500)
    print(loop.max_overdue_ms())
    # 500
    ```
    """

def new_event_loop() -> _Loop:
    """Empty the loop: tasks, callbacks and mail are forgotten, wherever they wait. Returns the one loop.

    A forgotten task does not run again, nor do its `finally` blocks. The exception handler, `max_overdue_ms` and `ioq_len` stay.
    Inside the loop the run returns after the running step.

    ```python
    async def forgotten():
        print("never printed")

    asyncio.create_task(forgotten())
    loop = asyncio.new_event_loop()
    loop.run_until_complete(asyncio.sleep_ms(1))
    print("nothing ran")
    # nothing ran
    ```
    """

class Task(Awaitable[_T]):
    """A coroutine that takes its turns: what `create_task()` returns.

    Any number of tasks may await it: each gets its value, or its exception.

    Level: who awaits it is woken at the more urgent of its own level and that of the task's last step.

    ```python
    async def work():
        await asyncio.sleep_ms(1)
        return 42

    async def main():
        task = asyncio.create_task(work(), name="worker")
        print(task.done(), task.get_name(), await task, task.done(), task.result())

    asyncio.run(main())
    # False worker 42 True 42
    ```
    """

    coro: Coroutine[Any, Any, _T]
    """The coroutine."""
    data: Any
    """What the task waits at, as in MicroPython; the result when it has ended."""
    state: Any
    """As in MicroPython: who waits for it, or how it ended. For libraries."""
    ph_key: int
    """When the task is due, in ticks."""
    level: int
    """The task's own level: where wake-ups land that name none."""
    deadline: int | None
    """When it is to be done, in ticks, or None."""
    misses: int
    """How often it was not done by then."""
    def __init__(
        self, coro: Coroutine[Any, Any, _T], globals: dict[str, Any] | None = None, /
    ) -> None:
        """A task that is not queued. `create_task()` queues it."""
    def __await__(self) -> Generator[Any, Any, _T]:
        """Wait for its end. Its exception is raised in who awaits it."""
    def done(self) -> bool:
        """Whether it has ended. Any thread may ask."""
    def cancel(self) -> bool:
        """Throw `CancelledError` into it at its next step, which is due now. False if it has ended.

        If it awaits another task, that one is cancelled.

        Raises: RuntimeError if a task cancels itself.
        """
    def set_level(self, level: int, /) -> None:
        """Its own level from now on: HIGH, NORMAL or LOW.

        Raises: TypeError, ValueError.
        """
    def set_deadline(self, ms: int | None, /) -> int:
        """It is to be done in `ms` from now; None: at no time. What it was to be done by before is over with it: by how many ms it was late.

        A negative `ms` is over already. At high level the earliest deadline goes first. Nothing for a task that has ended.

        Raises: TypeError, OverflowError, MemoryError.
        """
    def result(self) -> _T:
        """Its value; its exception is raised.

        Raises: InvalidStateError while it has not ended.
        """
    def exception(self) -> BaseException | None:
        """Its exception, or None.

        Raises: InvalidStateError while it has not ended; CancelledError if it was cancelled.
        """
    def cancelled(self) -> bool:
        """Whether it ended by a cancel."""
    def cancelling(self) -> int:
        """How many cancels it was asked for, from 0 to 15."""
    def uncancel(self) -> int:
        """Take one back; how many are left."""
    def get_name(self) -> str:
        """Its name."""
    def set_name(self, name: Any, /) -> None:
        """Give it a name. It allocates."""
    def get_coro(self) -> Coroutine[Any, Any, _T]:
        """The coroutine."""
    def add_done_callback(self, callback: Callable[[Task[_T]], object], /) -> None:
        """Have `callback(task)` called when it has ended.

        Level: that of its last step, its own, or Normal: the most urgent of them.
        Raises: TypeError of what is not callable.
        """
    def remove_done_callback(self, callback: Callable[[Task[_T]], object], /) -> int:
        """Not any more; how many were removed."""

def create_task(
    coro: Coroutine[Any, Any, _T],
    level: int = NORMAL,
    *,
    name: Any = None,
    deadline_ms: int | None = None,
) -> Task[_T]:
    """Start a coroutine as a task, due now. It takes its turns beside the others.

    `level` is where it is woken, unless an await says otherwise. `deadline_ms`: it is to have ended so many ms from now; of those that are
    due at high level the earliest deadline goes first. What `wait()`, `acquire()`, `get()` and their like return is taken
    for a coroutine too.

    Raises: TypeError of anything else, such as a function that was not called; nothing is started then. ValueError of a level, TypeError
    or OverflowError of a deadline.

    ```python
    async def blink(times):
        for i in range(times):
            print("on" if i % 2 == 0 else "off", end=" ")
            await asyncio.sleep_ms(1)

    async def main():
        task = asyncio.create_task(blink(4))
        print("started", end=" ")
        await task

    asyncio.run(main())
    # started on off on off
    ```
    """

def all_tasks() -> set[Task[Any]]:
    """The tasks that have not ended. For diagnosis, not for each step: it collects garbage and searches the heap.

    ```python
    async def main():
        asyncio.create_task(asyncio.sleep(60))
        print(len(asyncio.all_tasks()))

    asyncio.run(main())
    # 2
    ```
    """

def current_task() -> Task[Any]:
    """The task that runs.

    Raises: RuntimeError outside of a task.

    ```python
    async def main():
        asyncio.current_task().set_level(asyncio.HIGH)   # a driver, by itself
        print(asyncio.current_task().level == asyncio.HIGH)

    asyncio.run(main())
    # True
    ```
    """

def run(coro: Coroutine[Any, Any, _T], /) -> _T:
    """Run the loop until the coroutine has ended. Its value is returned, its exception raised. Other tasks stay queued.

    Raises: RuntimeError inside the loop; TypeError of what is no coroutine.

    ```python
    async def main():
        await asyncio.sleep_ms(1)
        return "done"

    print(asyncio.run(main()))
    # done
    ```
    """

def run_until_complete(task: Awaitable[_T] | None = None, /) -> _T:
    """As the loop's. Without an argument it returns when nothing is left to do.

    Raises: RuntimeError inside the loop.

    ```python
    async def work(i):
        await asyncio.sleep_ms(i)
        print(i, end=" ")

    for i in range(3):
        asyncio.create_task(work(i))
    asyncio.run_until_complete()
    # 0 1 2
    ```
    """

def cancel(coro: Coroutine[Any, Any, Any] | Task[Any], /) -> bool:
    """Cancel the task that runs this coroutine (V2). False if there is none.

    ```python
    async def work():
        await asyncio.sleep(60)

    async def main():
        coro = work()
        asyncio.create_task(coro)
        await asyncio.sleep_ms(1)
        print(asyncio.cancel(coro))

    asyncio.run(main())
    # True
    ```
    """

def wake(task: Task[Any], ended: Task[Any] | None = None, /) -> None:
    """Make a task due that parked itself (`yield False`), sleeps or waits for a stream.

    It does nothing to a task that waits at an event, a lock or the like, for another task or a condition.

    Level: the task's own; that of the last step of `ended`, if that is given and more urgent.

    ```python
    async def parked():
        yield False                      # somebody else will wake it
        print("awake")

    async def main():
        task = asyncio.create_task(parked())
        await asyncio.sleep_ms(1)
        asyncio.wake(task)
        await task

    asyncio.run(main())
    # awake
    ```
    """

def stop_loop(value: Any, /) -> None:
    """End the run after this step, and have it return `value`.

    ```python
    async def main():
        asyncio.stop_loop("stopped")
        await asyncio.sleep(60)

    print(asyncio.run(main()))
    # stopped
    ```
    """

cur_task: Task[Any] | None
"""The task that runs, or None. MicroPython's name; `current_task()` is CPython's.

```python
async def main():
    print(asyncio.cur_task is asyncio.current_task())

asyncio.run(main())
# True
```
"""

def wait_for(aw: Awaitable[_T], timeout: float | None) -> Coroutine[Any, Any, _T]:
    """Wait for `aw`, for `timeout` seconds at most; None is no limit. Its value is returned, its exception raised.

    `aw` runs in the caller's own task, at its level. What was handed over at the moment of the time-out (a lock, an item, a byte) is not
    lost. A `Task` is cancelled when the time is over.

    Level: that of what is awaited.
    Raises: TimeoutError; TypeError of what cannot be awaited, OverflowError of a delay over 12.4 days.

    ```python
    async def main():
        event = asyncio.Event()
        try:
            await asyncio.wait_for(event.wait(), 0.005)
        except asyncio.TimeoutError:
            print("nothing came")
        event.set()
        print(await asyncio.wait_for(event.wait(), 1))

    asyncio.run(main())
    # nothing came
    # True
    ```
    """

def wait_for_ms(aw: Awaitable[_T], timeout: int | None) -> Coroutine[Any, Any, _T]:
    """As `wait_for()`, in ms.

    Level: that of what is awaited.
    Raises: TimeoutError; TypeError of what cannot be awaited, OverflowError of a delay over 12.4 days.

    ```python
    async def main():
        flag = asyncio.ThreadSafeFlag()
        try:
            await asyncio.wait_for_ms(flag.wait(priority=True), 5)
        except asyncio.TimeoutError:
            print("the device is silent")

    asyncio.run(main())
    # the device is silent
    ```
    """

def gather(
    *aws: Awaitable[Any], return_exceptions: bool = False
) -> Coroutine[Any, Any, list[Any]]:
    """Run several at once, and return their results as a list, in the order of the arguments.

    The first exception is raised, and leaves the others running; with `return_exceptions` exceptions are results. A cancel of the
    waiter cancels all of them.

    Level: that of the last step of the one that ends, if that is more urgent than the waiter's own.
    Raises: TypeError of what cannot be awaited, and nothing is started; RuntimeError of a task that another one awaits already.

    ```python
    async def work(i):
        await asyncio.sleep_ms(3 - i)
        return i * i

    async def main():
        print(await asyncio.gather(work(1), work(2), work(3)))

    asyncio.run(main())
    # [1, 4, 9]
    ```
    """

class TaskGroup:
    """Tasks that end together: `async with` waits for all of them. If one fails, the others are cancelled.

    Level: that of the last step of the one that ends, if that is more urgent than the waiter's own.
    Raises: ExceptionGroup with what the tasks raised.

    ```python
    async def work(name, ms):
        await asyncio.sleep_ms(ms)
        print(name, end=" ")

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(work("slow", 10))
            group.create_task(work("fast", 1))
        print("all done")

    asyncio.run(main())
    # fast slow all done
    ```
    """

    def __init__(self) -> None: ...
    async def __aenter__(self) -> TaskGroup:
        """Begin. Once."""
    async def __aexit__(self, type: Any, error: Any, tb: Any, /) -> None:
        """Wait for all tasks of the group."""
    def create_task(
        self, coro: Coroutine[Any, Any, _T], *, name: Any = None, level: int | None = None
    ) -> Task[_T]:
        """Start a task of the group. `level` None: that of the task that entered the group.

        Raises: RuntimeError outside of the `async with`, or when the group ends.
        """

class Timeout:
    """What `timeout()`, `timeout_ms()` and `timeout_at()` return: a limit for what is inside an `async with`.

    Level: its timer is at the task's own level at the time of entry.

    ```python
    async def main():
        async with asyncio.timeout_ms(5) as limit:
            limit.reschedule(asyncio.get_event_loop().time() + 50)   # more time, since it goes well
            await asyncio.sleep_ms(10)
        print(limit.expired())

    asyncio.run(main())
    # False
    ```
    """

    def __init__(self, when: int | None, /) -> None:
        """A limit at these ticks; None is no limit."""
    def when(self) -> int | None:
        """At which ticks it fires, or None."""
    def reschedule(self, when: int | None, /) -> None:
        """Fire at other ticks; None is never.

        Raises: RuntimeError before, after, or when it has fired.
        """
    def expired(self) -> bool:
        """Whether it has fired."""
    async def __aenter__(self) -> Timeout:
        """Begin. Once: RuntimeError at the second time."""
    async def __aexit__(self, type: Any, value: Any, traceback: Any, /) -> None:
        """End. TimeoutError in place of the CancelledError that this limit caused."""

def timeout(delay: float | None, /) -> Timeout:
    """Limit what is inside an `async with` to `delay` seconds from the call; None is no limit. They nest.

    Raises: TypeError, OverflowError; TimeoutError at the end of the body.

    ```python
    async def main():
        try:
            async with asyncio.timeout(0.005):
                await asyncio.sleep(60)
        except asyncio.TimeoutError:
            print("too late")

    asyncio.run(main())
    # too late
    ```
    """

def timeout_ms(delay: int | None, /) -> Timeout:
    """As `timeout()`, in ms.

    Raises: TypeError, OverflowError; TimeoutError at the end of the body.

    ```python
    async def main():
        async with asyncio.timeout_ms(1000):
            await asyncio.sleep_ms(1)
        print("in time")

    asyncio.run(main())
    # in time
    ```
    """

def timeout_at(when: int | None, /) -> Timeout:
    """As `timeout()`, until the loop's `time()` is `when`, in ticks (ms).

    Raises: TypeError; TimeoutError at the end of the body.

    ```python
    async def main():
        try:
            async with asyncio.timeout_at(asyncio.get_event_loop().time()):
                await asyncio.sleep(60)
        except asyncio.TimeoutError:
            print("too late")

    asyncio.run(main())
    # too late
    ```
    """

def sleep(t: float, /) -> Awaitable[None]:
    """Wait for `t` seconds from the call, an int or a float. What is negative is 0; 0 lets the others have their turn.

    Level: the task's own.
    Raises: TypeError, OverflowError of a delay over 12.4 days.

    ```python
    async def main():
        await asyncio.sleep(0.01)
        print("awake")

    asyncio.run(main())
    # awake
    ```
    """

def sleep_ms(t: int, /) -> Awaitable[None]:
    """Wait for `t` ms from the call. What is negative is 0; 0 lets the others have their turn.

    Level: the task's own.
    Raises: TypeError, OverflowError of a delay over 12.4 days.

    ```python
    async def count(name):
        for i in range(2):
            print(name, i, end="  ")
            await asyncio.sleep_ms(0)

    asyncio.run(asyncio.gather(count("a"), count("b")))
    # a 0  b 0  a 1  b 1
    ```
    """

def after(t: float, /) -> Awaitable[None]:
    """As `sleep()`, and then wait on until nobody else is ready, for `max_overdue_ms` at most if that is not 0.

    Level: Low.
    Raises: TypeError, OverflowError of a delay over 12.4 days.

    ```python
    async def log():
        await asyncio.after(0)
        print("log", end=" ")

    async def driver():
        for i in range(2):
            await asyncio.sleep_ms(0)
            print("driver", end=" ")

    asyncio.run(asyncio.gather(log(), driver()))
    # driver driver log
    ```
    """

def after_ms(t: int, /) -> Awaitable[None]:
    """As `after()`, in ms.

    Level: Low.
    Raises: TypeError, OverflowError of a delay over 12.4 days.

    ```python
    async def calculation():
        for piece in range(3):
            print(piece, end=" ")
            await asyncio.after_ms(0)    # after each piece all others have their turn

    asyncio.run(calculation())
    # 0 1 2
    ```
    """

def when(callback: Callable[..., object], /, *args: Any) -> Awaitable[None]:
    """Wait until `callback(*args)` is true. It is asked before each step of any task, and once a ms while all wait.

    What it raises is thrown into the task. Each pending condition costs a call on every pass: see the cost of a false `when()` in
    [Performance](../performance.md).

    Level: High.
    Raises: TypeError of what is not callable; RuntimeError if two tasks await the same one.

    ```python
    at = asyncio.ticks()

    def late(ms):
        return asyncio.ticks_diff(asyncio.ticks(), at) >= ms

    async def main():
        await asyncio.when(late, 5)
        print("5 ms have passed")

    asyncio.run(main())
    # 5 ms have passed
    ```
    """

def readable(s: Any, fast: bool | None = None) -> Awaitable[None]:
    """Wait until `s` can be read: anything that MicroPython can poll, and on unix a descriptor's number.

    Level: the task's own; High with `fast=True`. None: as `get_event_loop(ioq_len=)` says.
    Raises: RuntimeError if another task reads it already; TypeError of what cannot be polled.

    ```python
    import io

    class Device(io.IOBase):
        def ioctl(self, request, arg):
            return arg & 1 if request == 3 else 0    # MP_STREAM_POLL: it can be read

    async def main():
        await asyncio.readable(Device(), fast=True)
        print("there is something")

    asyncio.run(main())
    # there is something
    ```
    """

def writable(s: Any, fast: bool | None = None) -> Awaitable[None]:
    """Wait until `s` can be written, as `readable()` does for reading.

    Level: the task's own; High with `fast=True`.
    Raises: RuntimeError if another task writes it already; TypeError of what cannot be polled.

    ```python
    import io

    class Device(io.IOBase):
        def ioctl(self, request, arg):
            return arg & 4 if request == 3 else 0    # MP_STREAM_POLL: it can be written

    async def main():
        await asyncio.writable(Device())
        print("there is room")

    asyncio.run(main())
    # there is room
    ```
    """

class WaitQueue:
    """Where tasks park until somebody wakes them, the first one first. To build other primitives of.

    Level: `level`, if it is given; else each task's own.

    ```python
    async def worker(queue, name):
        await queue.wait()
        print(name, end=" ")

    async def main():
        queue = asyncio.WaitQueue()
        tasks = [asyncio.create_task(worker(queue, name)) for name in "abc"]
        await asyncio.sleep_ms(1)
        print(queue.wake(2), len(queue), end=" ")
        await asyncio.sleep_ms(1)
        queue.wake()
        await tasks[2]

    asyncio.run(main())
    # 2 1 a b c
    ```
    """

    def __init__(self, level: int | None = None) -> None: ...
    def __len__(self) -> int:
        """How many tasks wait."""
    def wait(self) -> Awaitable[None]:
        """Park until it is this task's turn to be woken."""
    def wake(self, n: int = 1, /) -> int:
        """Wake the `n` that waited longest; how many that were.

        Raises: TypeError, ValueError.
        """
    def push(self, task: Task[Any], key: int | None = None, /) -> None:
        """MicroPython's `TaskQueue`: put a task in."""
    def peek(self) -> Task[Any] | None:
        """MicroPython's `TaskQueue`: the first task, or None."""
    def pop(self) -> Task[Any]:
        """MicroPython's `TaskQueue`: take the first one out.

        Raises: IndexError if it is empty.
        """
    def remove(self, task: Task[Any], /) -> None:
        """MicroPython's `TaskQueue`: take this one out."""

TaskQueue = WaitQueue
"""MicroPython's name of `WaitQueue`.

```python
print(asyncio.TaskQueue is asyncio.WaitQueue)
# True
```
"""

class Event:
    """Something that happens: tasks wait until it is set.

    Level: `level`, if it is given; else each task's own.

    ```python
    async def waits(event):
        await event.wait()
        print("it is set", end="  ")

    async def main():
        event = asyncio.Event()
        tasks = [asyncio.create_task(waits(event)) for _ in range(2)]
        await asyncio.sleep_ms(1)
        event.set()
        for task in tasks:
            await task

    asyncio.run(main())
    # it is set  it is set
    ```
    """

    def __init__(self, level: int | None = None) -> None: ...
    def wait(self) -> Awaitable[bool]:
        """Wait until it is set; at once if it is. True."""
    def set(self) -> None:
        """Set it, and wake all who wait, also if `clear()` follows at once. From an interrupt use a `ThreadSafeFlag`."""
    def clear(self) -> None:
        """Not set any more."""
    def is_set(self) -> bool:
        """Whether it is set. Any thread may ask."""

class Lock:
    """One task at a time: `async with lock`.

    It goes to the task that waited longest. While a task waits, the holder runs at least at its level.

    Level: the waiter's own.

    ```python
    async def uses(lock, name):
        async with lock:
            print(name, "in", end="  ")
            await asyncio.sleep_ms(1)
            print(name, "out", end="  ")

    lock = asyncio.Lock()
    asyncio.run(asyncio.gather(uses(lock, "a"), uses(lock, "b")))
    # a in  a out  b in  b out
    ```
    """

    def __init__(self) -> None: ...
    def acquire(self) -> Awaitable[bool]:
        """Wait for it, and take it. True."""
    def release(self) -> None:
        """Hand it to the next one, or leave it free.

        Raises: RuntimeError if it is not locked.
        """
    def locked(self) -> bool:
        """Whether somebody has it. Any thread may ask."""
    async def __aenter__(self) -> bool:
        """As `acquire()`."""
    async def __aexit__(self, exc_type: Any, exc: Any, tb: Any, /) -> None:
        """As `release()`."""

class Semaphore:
    """`value` tasks at a time get past `acquire()`, 0 to 1073741823. A subclass calls `super().__init__()`.

    Level: `level`, if it is given; else each task's own.
    Raises: TypeError, ValueError of a value.

    ```python
    async def uses(places, name):
        async with places:
            print(name, end=" ")
            await asyncio.sleep_ms(1)

    places = asyncio.Semaphore(2)
    asyncio.run(asyncio.gather(*[uses(places, name) for name in "abc"]))
    # a b c
    ```
    """

    def __init__(self, value: int = 1, level: int | None = None) -> None: ...
    def acquire(self) -> Awaitable[bool]:
        """Wait for a permit, and take it. True."""
    def release(self) -> None:
        """Hand the permit to the task that waited longest, or keep it for the next one."""
    def locked(self) -> bool:
        """Whether `acquire()` would wait. Any thread may ask."""
    async def __aenter__(self) -> bool:
        """As `acquire()`."""
    async def __aexit__(self, exc_type: Any, exc: Any, tb: Any, /) -> None:
        """As `release()`."""

class BoundedSemaphore(Semaphore):
    """A `Semaphore` whose `release()` raises `ValueError` if it comes more often than `acquire()`.

    Level: `level`, if it is given; else each task's own.

    ```python
    places = asyncio.BoundedSemaphore(2)
    try:
        places.release()
    except ValueError:
        print("nobody acquired it")
    # nobody acquired it
    ```
    """

    def __init__(self, value: int = 1, level: int | None = None) -> None: ...
    def release(self) -> None:
        """As that of `Semaphore`.

        Raises: ValueError if nobody acquired it.
        """

class QueueEmpty(Exception):
    """What `get_nowait()` of an empty queue raises.

    ```python
    try:
        asyncio.Queue().get_nowait()
    except asyncio.QueueEmpty:
        print("empty")
    # empty
    ```
    """

class QueueFull(Exception):
    """What `put_nowait()` of a full queue raises.

    ```python
    queue = asyncio.Queue(1)
    queue.put_nowait("a")
    try:
        queue.put_nowait("b")
    except asyncio.QueueFull:
        print("full")
    # full
    ```
    """

class QueueShutDown(Exception):
    """What `get()` and `put()` raise after `shutdown()`.

    ```python
    async def main():
        queue = asyncio.Queue()
        queue.shutdown()
        try:
            await queue.get()
        except asyncio.QueueShutDown:
            print("no more")

    asyncio.run(main())
    # no more
    ```
    """

class Queue(Generic[_T]):
    """Items from task to task, first in, first out. `maxsize` 0 is no limit. A subclass calls `super().__init__()`.

    An item that a waiting task was woken for is that task's: it is not counted any more, and not lost by a time-out.

    Level: the waiter's own.

    ```python
    async def producer(queue):
        for i in range(3):
            await queue.put(i)
        queue.shutdown()

    async def main():
        queue = asyncio.Queue(1)
        task = asyncio.create_task(producer(queue))
        try:
            while True:
                print(await queue.get(), end=" ")
        except asyncio.QueueShutDown:
            print("end")

    asyncio.run(main())
    # 0 1 2 end
    ```
    """

    maxsize: int
    """How many items it takes; 0 is no limit."""
    def __init__(self, maxsize: int = 0) -> None: ...
    def qsize(self) -> int:
        """How many items are in it."""
    def empty(self) -> bool:
        """Whether there are none."""
    def full(self) -> bool:
        """Whether `put()` would wait."""
    def get(self) -> Awaitable[_T]:
        """Wait for an item, and take it.

        Raises: QueueShutDown.
        """
    def get_nowait(self) -> _T:
        """Take an item.

        Raises: QueueEmpty; QueueShutDown.
        """
    def put(self, item: _T, /) -> Awaitable[None]:
        """Wait for room, and put an item in.

        Raises: QueueShutDown.
        """
    def put_nowait(self, item: _T, /) -> None:
        """Put an item in.

        Raises: QueueFull; QueueShutDown.
        """
    def task_done(self) -> None:
        """An item that was taken is dealt with: for `join()`.

        Raises: ValueError if it comes more often than items.
        """
    def join(self) -> Awaitable[None]:
        """Wait until all items are dealt with."""
    def shutdown(self, immediate: bool = False) -> None:
        """No more items. `get()` raises when it is empty; with `immediate` it is emptied at once."""

class LifoQueue(Queue[_T]):
    """A `Queue` that gives the newest item first.

    ```python
    queue = asyncio.LifoQueue()
    for i in range(3):
        queue.put_nowait(i)
    print(queue.get_nowait(), queue.get_nowait(), queue.get_nowait())
    # 2 1 0
    ```
    """

    def __init__(self, maxsize: int = 0) -> None: ...

class PriorityQueue(Queue[_T]):
    """A `Queue` that gives the least item first; of equal ones the oldest. `put()` raises what their comparison raises.

    ```python
    queue = asyncio.PriorityQueue()
    for item in (2, "second"), (1, "first"), (3, "third"):
        queue.put_nowait(item)
    print(queue.get_nowait(), queue.get_nowait())
    # (1, 'first') (2, 'second')
    ```
    """

    def __init__(self, maxsize: int = 0) -> None: ...

class ThreadSafeFlag:
    """What an interrupt or another thread sets, and a task awaits. It is cleared when the task runs.

    Sets that come before the task runs are one. Keep the flag: the loop does not keep it alive.

    Level: the waiter's own; High with `wait(priority=True)`.

    ```python
    async def main():
        flag = asyncio.ThreadSafeFlag()
        flag.set()                       # an interrupt handler would
        await flag.wait(priority=True)
        print("it was set")

    asyncio.run(main())
    # it was set
    ```
    """

    def __init__(self) -> None: ...
    def wait(self, priority: bool = False) -> Awaitable[None]:
        """Wait until it is set; at once if it is. With `priority` the task is woken at High."""
    def set(self, _: Any = None, /) -> None:
        """Set it. It ends an idle wait, and allocates nothing. It may be an interrupt's handler: the argument is ignored.

        Interrupt: yes, a hard one too, and any thread.
        """
    def clear(self) -> None:
        """Forget a set that no task has seen.

        Interrupt: yes, a hard one too, and any thread.
        """
    def ioctl(self, req: int, arg: int, /) -> int:
        """For `select.poll()`, as in MicroPython."""

class Stream:
    """A stream with `await`: over a socket, a UART, or whatever MicroPython can poll. One task may read while another writes.

    A read that is cancelled or timed out loses no byte: the next read begins with what came. Those of connections return at once what
    is there, 15 times in a row at most.

    Level: the task's own; High with `fast=True`.
    Raises: RuntimeError if another task reads (or writes) it already.

    ```python
    import io

    class Device(io.IOBase):
        data = b"one\\ntwo\\n"

        def ioctl(self, request, arg):
            return arg & 1 if request == 3 else 0    # MP_STREAM_POLL: it can be read

        def readline(self):
            line, self.data = self.data[:4], self.data[4:]
            return line

    async def main():
        stream = asyncio.Stream(Device(), fast=True)
        print(await stream.readline(), await stream.readline())

    asyncio.run(main())
    # b'one\\n' b'two\\n'
    ```
    """

    fast: bool | None
    """Whether it wakes at high level; None: as the loop is set."""
    s: Any
    """What it is a stream over."""
    e: dict[str, Any]
    """What `get_extra_info()` knows."""
    in_buf: bytes
    """What came and was not read."""
    out_buf: Any
    """What `write()` keeps."""
    def __init__(self, s: Any, e: Any = {}, fast: bool | None = None, ios: Any = None) -> None: ...
    def get_extra_info(self, name: str, default: Any = KeyError) -> Any:
        """What is known: "peername" of a server's connection."""
    def close(self) -> None:
        """Close it: who waits is woken. `wait_closed()` sends what is left, and closes the descriptor."""
    async def wait_closed(self) -> None:
        """After `close()` send what `write()` still holds, then close the descriptor."""
    async def aclose(self) -> None:
        """V2's name of `wait_closed()`."""
    async def read(self, n: int = -1) -> bytes:
        """Some bytes, `n` at most; b"" at the end. Without `n` all until the end."""
    async def readinto(self, buf: Any, n: int = 0) -> int:
        """Some bytes into `buf`, `n` at most if it is not 0; how many."""
    async def readexactly(self, n: int) -> bytes:
        """`n` bytes.

        Raises: EOFError if the end comes first, ValueError of a negative `n`.
        """
    async def readline(self) -> bytes:
        """A line with its newline, or what there is at the end."""
    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        """All up to the separator, with it.

        Raises: EOFError if the end comes first.
        """
    def write(self, buf: Any, copy: bool = True) -> None:
        """Send what can be sent at once, and keep the rest for `drain()`. With `copy=False` no copy of the rest is kept.

        Raises: OSError after `close()`, and with `copy=False` if a rest waits already.
        """
    async def drain(self) -> None:
        """Send the rest.

        Raises: OSError if the peer is gone.
        """
    async def awrite(self, buf: Any, off: int = 0, sz: int = -1) -> None:
        """V2: write and drain."""
    async def awritestr(self, buf: Any, off: int = 0, sz: int = -1) -> None:
        """V2: write and drain."""
    async def awriteiter(self, iterable: Iterable[Any], /) -> None:
        """V2: `awrite()` of each."""

StreamReader = Stream
"""CPython's name of `Stream`, which is both ends.

```python
print(asyncio.StreamReader is asyncio.Stream)
# True
```
"""
StreamWriter = Stream
"""CPython's name of `Stream`, which is both ends.

```python
print(asyncio.StreamWriter is asyncio.Stream)
# True
```
"""

class IOQueue:
    """MicroPython's queue of streams. `readable()` and `writable()` are the way to wait; this is for libraries that reach for it.

    ```python
    from asyncio_priority import core

    print(isinstance(core._io_queue, asyncio.IOQueue))
    # True
    ```
    """

    def queue_read(self, s: Any, fast: bool | None = None, /) -> None:
        """Park the running task until `s` can be read."""
    def queue_write(self, s: Any, fast: bool | None = None, /) -> None:
        """Park the running task until `s` can be written."""
    def remove(self, task: Task[Any], /) -> None:
        """Take a task out."""
    def wake(self, s: Any, /) -> None:
        """Wake who waits for `s`."""
    def failed(self, s: Any, /) -> bool:
        """Whether the last poll of `s` found an error or a hang-up."""

_io_queue: IOQueue
# What is pushed there is due at the ticks `key`.
_task_queue: WaitQueue
_exc_context: _Context
