"""What users import: `import asyncio_priority as asyncio`."""

import select as select
import sys as sys
from typing import Any, Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence, TypeVar

from uasyncio_priority import *
from uasyncio_priority import Stream as Stream, Task as Task, _Loop

from . import core as core
from . import testing as testing  # in firmware for tests only

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])

__version__: tuple[int, int, int]
"""The version of MicroPython's asyncio whose names this loop has.

```python
print(asyncio.__version__)
# (3, 0, 0)
```
"""

SingletonGenerator: type
"""The class of what `sleep()` returns; MicroPython's name.

```python
print(isinstance(asyncio.sleep_ms(0), asyncio.SingletonGenerator))
# True
```
"""

def ticks() -> int:
    """The time in ms, of a counter that wraps: `loop.time()`. MicroPython's name.

    ```python
    start = asyncio.ticks()
    print(asyncio.ticks_diff(asyncio.ticks(), start) < 1000)
    # True
    ```
    """

def ticks_add(ticks: int, delta: int, /) -> int:
    """Ticks that are `delta` ms later, as `time.ticks_add()`.

    ```python
    now = asyncio.ticks()
    print(asyncio.ticks_diff(asyncio.ticks_add(now, 100), now))
    # 100
    ```
    """

def ticks_diff(end: int, start: int, /) -> int:
    """How many ms `end` is after `start`, as `time.ticks_diff()`. It is right across a wrap of the counter.

    ```python
    print(asyncio.ticks_diff(10, 4))
    # 6
    ```
    """

# Seeing inside

def tasks() -> None:
    """Print a table of all tasks that have not ended: name, level, state, what each waits for, due in ms, file and line.

    Inside the loop, or while it rests. It collects garbage and searches the heap.

    Raises: RuntimeError in another thread than the loop's.

    ```python
    async def main():
        await asyncio.sleep_ms(1)

    asyncio.create_task(main(), name="pump")
    asyncio.tasks()
    # task  level   state  waits for  due ms  where
    # pump  normal  ready                  0  ...
    ```
    """

# Turns that keep their phase

class every:
    """`async for _ in every(ms)`: the first turn is at once, turn n is due n * `ms` after it, however long turns take.

    Level: the task's own.
    Raises: TypeError, ValueError.

    ```python
    async def main():
        turns = asyncio.every(10, deadline_ms=8)
        async for _ in turns:
            if turns.turns == 3:
                break
        print(turns.turns, turns.overruns, turns.skipped)

    asyncio.run(main())
    # 3 0 0
    ```
    """

    ms: int
    """How far the turns are apart."""
    deadline_ms: int | None
    """How long after it is due a turn may end, which is the task's deadline then; None: no limit."""
    turns: int
    """Turns that were begun, or are awaited."""
    overruns: int
    """Turns that were not over when the next one was due."""
    skipped: int
    """Turns whose time was over before they could begin."""
    misses: int
    """Turns that ended too late. The exception handler was told of the task's first."""
    due: int | None
    """When this turn was due, in ticks; when the next one is, while that is awaited."""
    def __init__(self, ms: int, deadline_ms: int | None = None) -> None: ...
    def __aiter__(self) -> every: ...
    def __anext__(self) -> Awaitable[None]: ...

def can_meet(turns: Iterable[tuple[float, ...]], block_ms: float = 0) -> bool:
    """Whether turns of the High level, each (period_ms, run_ms) or (period_ms, run_ms, deadline_ms), end in time in any phase.

    A turn is one step: its body awaits nothing. `block_ms` is the longest step of anything else. True is a promise, False is not:
    such a set may be met all the same.

    Raises: TypeError, ValueError.

    ```python
    print(asyncio.can_meet([(20, 3), (50, 8)], block_ms=4), asyncio.can_meet([(20, 3), (50, 20)]))
    # True False
    ```
    """

def top(n: int = 20) -> None:
    """Print what `loop.stats()` counts as a table: the levels, then the `n` tasks that took most of the time.

    Raises: RuntimeError if nothing is counted.

    ```python
    loop = asyncio.get_event_loop()
    loop.stats(True)
    asyncio.run(asyncio.sleep_ms(1))
    asyncio.top()
    loop.stats(False)
    # 1 ms, idle 100.0%, 3 passes, the longest 0 us
    #                         steps   time longest us ms late
    # high                        0   0.0%          0     <1
    # normal                      2   0.0%          0     <1
    # low                         0   0.0%          0     <1
    # and 0 tasks more, 2 steps of tasks that ended
    ```
    """

# The ends of tasks

FIRST_COMPLETED: str
"""For `wait()`: return as soon as one has ended.

```python
async def main():
    fast = asyncio.create_task(asyncio.sleep_ms(1))
    slow = asyncio.create_task(asyncio.sleep(60))
    done, pending = await asyncio.wait((fast, slow), return_when=asyncio.FIRST_COMPLETED)
    print(fast in done, slow in pending)
    slow.cancel()

asyncio.run(main())
# True True
```
"""
FIRST_EXCEPTION: str
"""For `wait()`: return as soon as one has ended with an exception, or all have.

```python
async def fails():
    raise ValueError

async def main():
    tasks = [asyncio.create_task(coro) for coro in (fails(), asyncio.sleep(60))]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    print(done.pop().exception().__class__.__name__, len(pending))
    tasks[1].cancel()

asyncio.run(main())
# ValueError 1
```
"""
ALL_COMPLETED: str
"""For `wait()`: return when all have ended. The default.

```python
async def main():
    tasks = [asyncio.create_task(asyncio.sleep_ms(i)) for i in range(3)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.ALL_COMPLETED)
    print(len(done), len(pending))

asyncio.run(main())
# 3 0
```
"""

async def wait(
    aws: Iterable[Task[_T]], *, timeout: float | None = None, return_when: str = ALL_COMPLETED
) -> tuple[set[Task[_T]], set[Task[_T]]]:
    """Wait for tasks, for `timeout` seconds at most: (those that have ended, the others). Nobody is cancelled.

    Level: that of the last step of the one that ends, if that is more urgent than the waiter's own.
    Raises: TypeError of what is no task; ValueError of none, or another `return_when`.

    ```python
    async def main():
        tasks = [asyncio.create_task(asyncio.sleep_ms(ms)) for ms in (1, 500)]
        done, pending = await asyncio.wait(tasks, timeout=0.05)
        print(len(done), "done", len(pending), "pending")
        tasks[1].cancel()

    asyncio.run(main())
    # 1 done 1 pending
    ```
    """

def as_completed(
    aws: Iterable[Awaitable[_T]], *, timeout: float | None = None
) -> Iterator[Awaitable[_T]]:
    """One after the other, as they end. `for` gives awaitables, `async for` the tasks. They are started at the call.

    Level: the task's own.
    Raises: TimeoutError after `timeout` seconds; TypeError of what cannot be awaited.

    ```python
    async def work(ms):
        await asyncio.sleep_ms(ms)
        return ms

    async def main():
        for next_one in asyncio.as_completed([work(20), work(1)]):
            print(await next_one, end=" ")

    asyncio.run(main())
    # 1 20
    ```
    """

def shield(aw: Awaitable[_T]) -> Awaitable[_T]:
    """Wait for `aw`; a cancel of the waiter does not reach it. What this returns is awaited once.

    Level: that of the last step of `aw`, if that is more urgent than the waiter's own.
    Raises: TypeError of what cannot be awaited.

    ```python
    async def save():
        await asyncio.sleep_ms(5)
        print("saved")

    async def main():
        saving = asyncio.create_task(save())
        try:
            await asyncio.wait_for_ms(asyncio.shield(saving), 1)
        except asyncio.TimeoutError:
            print("does not wait", end=", ")
        await saving

    asyncio.run(main())
    # does not wait, saved
    ```
    """

async def to_thread(func: Callable[..., _T], *args: Any, **kw: Any) -> _T:
    """Call `func` in a thread of its own, and wait for what it returns. For what blocks.

    Raises: ImportError where MicroPython has no threads; what `func` raises.

    ```python
    import time

    def blocks():
        time.sleep_ms(5)
        return "done"

    async def main():
        print(await asyncio.to_thread(blocks))

    asyncio.run(main())
    # done
    ```
    """

class BaseExceptionGroup(Exception):
    """Several exceptions in one. MicroPython has no `except*`: catch the group, then `split()` it.

    An `Exception`, because MicroPython's exceptions have one native base.

    ```python
    group = asyncio.BaseExceptionGroup("two", [ValueError(1), OSError(2)])
    values, others = group.split(ValueError)
    print(values.exceptions, others.exceptions)
    # (ValueError(1,),) (OSError(2,),)
    ```
    """

    message: str
    """What they have in common."""
    exceptions: tuple[BaseException, ...]
    """The exceptions."""
    def __init__(self, message: str, exceptions: Sequence[BaseException]) -> None: ...
    def derive(self, exceptions: Sequence[BaseException]) -> BaseExceptionGroup:
        """A group of the same kind with other exceptions. A subclass overrides it."""
    def split(self, condition: Any) -> tuple[BaseExceptionGroup | None, BaseExceptionGroup | None]:
        """Two groups: those that fit, and the rest. None for one that would be empty.

        `condition`: a type, a tuple of types, or a function of an exception.
        """
    def subgroup(self, condition: Any) -> BaseExceptionGroup | None:
        """The group of those that fit, or None."""

class ExceptionGroup(BaseExceptionGroup):
    """What a `TaskGroup` raises if tasks of it failed.

    ```python
    async def fails():
        raise ValueError("no sensor")

    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
        except asyncio.ExceptionGroup as error:
            print(error.exceptions)

    asyncio.run(main())
    # (ValueError('no sensor',),)
    ```
    """

class Runner:
    """Runs coroutines one after the other; its end cancels all that is on the loop, and waits for the clean-up.

    ```python
    async def work(i):
        return i

    with asyncio.Runner() as runner:
        print(runner.run(work(1)), runner.run(work(2)))
    # 1 2
    ```
    """

    def __init__(self, *, debug: Any = None, loop_factory: Any = None) -> None:
        """The arguments are CPython's; nothing depends on them."""
    def __enter__(self) -> Runner: ...
    def __exit__(self, type: Any, value: Any, tb: Any) -> None:
        """As `close()`."""
    def get_loop(self) -> _Loop:
        """The one loop."""
    def run(self, coro: Coroutine[Any, Any, _T]) -> _T:
        """As `run()` of the module.

        Raises: RuntimeError inside the loop, or after `close()`.
        """
    def close(self) -> None:
        """Cancel all tasks, wait until they have ended, and forget all callbacks.

        Raises: RuntimeError inside the loop.
        """

# Streams

class Server:
    """What `start_server()` returns; `async with` closes it.

    ```python
    async def echo(reader, writer):
        writer.close()

    async def main():
        async with await asyncio.start_server(echo, "127.0.0.1", 8199) as server:
            print("it listens")
        await server.wait_closed()
        print("closed")

    asyncio.run(main())
    # it listens
    # closed
    ```
    """

    state: bool
    """Whether it is closed, as in MicroPython."""
    task: Task[None]
    """The task that accepts connections."""
    async def __aenter__(self) -> Server: ...
    async def __aexit__(self, type: Any, value: Any, _: Any) -> None:
        """As `close()` and `wait_closed()`."""
    def close(self) -> None:
        """Accept no more connections."""
    async def wait_closed(self) -> None:
        """Wait until it has closed its socket."""

async def open_connection(
    host: str, port: int, ssl: Any = None, server_hostname: str | None = None
) -> tuple[Stream, Stream]:
    """Connect: (reader, writer), which are one `Stream`. `ssl`: True, or a context.

    A name with a dot is asked for by DNS without blocking the others.

    Raises: OSError if no address of the host answers.

    ```python
    async def hello(reader, writer):
        writer.write(b"hello\\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def main():
        async with await asyncio.start_server(hello, "127.0.0.1", 8198):
            reader, writer = await asyncio.open_connection("127.0.0.1", 8198)
            print(await reader.readline())
            writer.close()
            await writer.wait_closed()

    asyncio.run(main())
    # b'hello\\n'
    ```
    """

async def start_server(
    cb: Callable[[Stream, Stream], Coroutine[Any, Any, Any]],
    host: str,
    port: int,
    backlog: int = 5,
    ssl: Any = None,
) -> Server:
    """Listen, and start `cb(reader, writer)` as a task for each connection.

    Level: the tasks have the own level of the task that called this.
    Raises: OSError if it cannot listen there; TypeError of what is not callable, and of an `ssl` that is no SSLContext.

    ```python
    async def upper(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def main():
        async with await asyncio.start_server(upper, "127.0.0.1", 8197):
            reader, writer = await asyncio.open_connection("127.0.0.1", 8197)
            writer.write(b"quiet\\n")
            await writer.drain()
            print(await reader.read())
            writer.close()
            await writer.wait_closed()

    asyncio.run(main())
    # b'QUIET\\n'
    ```
    """

# Datagrams

class Datagram:
    """Sends and receives by the UDP socket `s`, or a new one for IPv4.

    Level: the task's own; High with `fast=True`.
    Raises: OSError once it is closed.

    ```python
    import socket

    async def main():
        receiver, sender = asyncio.Datagram(), asyncio.Datagram()
        address = socket.getaddrinfo("127.0.0.1", 8196)[0][-1]
        receiver.s.bind(address)
        print(await sender.sendto(b"22 C", address))
        print((await receiver.recvfrom(100))[0])
        sender.close()
        receiver.close()

    asyncio.run(main())
    # 4
    # b'22 C'
    ```
    """

    s: Any
    """The socket; None once it is closed."""
    fast: bool | None
    """Whether it wakes at high level; None: as the loop is set."""
    def __init__(self, s: Any = None, fast: bool | None = None) -> None: ...
    def close(self) -> None:
        """Close the socket. Who waits gets OSError."""
    def recvfrom(self, n: int) -> Coroutine[Any, Any, tuple[bytes, Any]]:
        """The next datagram, `n` bytes of it at most: (bytes, address). A wait that is cancelled loses none."""
    def sendto(self, buf: Any, addr: Any) -> Coroutine[Any, Any, int]:
        """Send one to an address as `socket.getaddrinfo()` has it; how many bytes."""

# Primitives

class Condition:
    """A lock, and a place to wait until somebody says that what it protects has changed.

    Level: the waiter's own.
    Raises: RuntimeError of `wait()` and `notify()` without the lock.

    ```python
    items = []

    async def consumer(condition):
        async with condition:
            await condition.wait_for(lambda: items)
            print("took", items.pop())

    async def main():
        condition = asyncio.Condition()
        task = asyncio.create_task(consumer(condition))
        await asyncio.sleep_ms(1)
        async with condition:
            items.append("a")
            condition.notify()
        await task

    asyncio.run(main())
    # took a
    ```
    """

    def __init__(self, lock: Any = None) -> None:
        """With a lock of its own, if none is given."""
    def acquire(self) -> Awaitable[bool]:
        """That of the lock."""
    def release(self) -> None:
        """That of the lock."""
    def locked(self) -> bool:
        """That of the lock."""
    async def wait(self) -> bool:
        """Give the lock back, wait to be notified, and take the lock again. True."""
    async def wait_for(self, predicate: Callable[[], _T]) -> _T:
        """Wait until `predicate()` is true; what it returned."""
    def notify(self, n: int = 1) -> None:
        """Wake the `n` that waited longest."""
    def notify_all(self) -> None:
        """Wake all who wait."""
    __aenter__: Callable[[], Awaitable[bool]]
    """That of the lock."""
    __aexit__: Callable[[Any, Any, Any], Awaitable[None]]
    """That of the lock."""

class BrokenBarrierError(RuntimeError):
    """What `wait()` of a `Barrier` raises if `reset()` or `abort()` comes first.

    ```python
    async def main():
        barrier = asyncio.Barrier(2)
        await barrier.abort()
        try:
            await barrier.wait()
        except asyncio.BrokenBarrierError:
            print("broken")

    asyncio.run(main())
    # broken
    ```
    """

class Barrier:
    """`wait()` returns when `parties` tasks have come there, again and again.

    Level: the waiter's own.
    Raises: TypeError, ValueError of `parties`.

    ```python
    async def comes(barrier, ms):
        await asyncio.sleep_ms(ms)
        print("here", end="  ")
        await barrier.wait()
        print("together", end="  ")

    barrier = asyncio.Barrier(2)
    asyncio.run(asyncio.gather(comes(barrier, 1), comes(barrier, 5)))
    # here  here  together  together
    ```
    """

    parties: int
    """How many it waits for."""
    broken: bool
    """Whether it is of no use until `reset()`."""
    n_waiting: int
    """How many wait."""
    def __init__(self, parties: int) -> None: ...
    async def wait(self) -> int:
        """Wait for the others; which one it is, from 0 to `parties - 1`.

        Raises: BrokenBarrierError.
        """
    async def reset(self) -> None:
        """Empty again, and not broken. Who waits gets BrokenBarrierError."""
    async def abort(self) -> None:
        """Broken, until `reset()`. Who waits gets BrokenBarrierError."""
    async def __aenter__(self) -> int:
        """As `wait()`."""
    async def __aexit__(self, type: Any, value: Any, _: Any) -> None: ...

# Names of uasyncio V2 and of the loops that grew on it

version: tuple[str, ...]
"""A tuple, which tells programs for fast_io that this is more than plain uasyncio.

```python
print(isinstance(asyncio.version, tuple))
# True
```
"""
DEBUG: Any
"""For the program, as in V2: the loop does not look at it.

```python
print(asyncio.DEBUG)
# 0
```
"""
log: Any
"""For the program, as in V2: the loop logs nothing.

```python
print(asyncio.log)
# None
```
"""
type_gen: type
"""The class of all coroutines: `isinstance(x, type_gen)` in place of CPython's `iscoroutine(x)`.

```python
async def f():
    pass

print(isinstance(f(), asyncio.type_gen), isinstance(f, asyncio.type_gen))
# True False
```
"""

def EventLoop(*args: int, **kw: int) -> _Loop:
    """V2's class of the loop: as `get_event_loop()`.

    ```python
    print(asyncio.EventLoop() is asyncio.Loop)
    # True
    ```
    """

def PriorityEventLoop(*args: int, **kw: int) -> _Loop:
    """The class of the loop in the priority version: as `get_event_loop()`.

    ```python
    print(asyncio.PriorityEventLoop(42, 42) is asyncio.Loop)
    # True
    ```
    """

def set_debug(val: Any) -> None:
    """V2: sets `DEBUG`, and imports `logging` as `log` if it is true. The loop does not look at them.

    ```python
    asyncio.set_debug(0)
    print(asyncio.DEBUG)
    # 0
    ```
    """

def coroutine(func: _F) -> _F:
    """V2's decorator: returns the function.

    ```python
    @asyncio.coroutine
    def old_style():
        yield from asyncio.sleep_ms(1)
        return "done"

    print(asyncio.run(old_style()))
    # done
    ```
    """

def ensure_future(coro: Any, loop: Any = None) -> Task[Any]:
    """The task of `coro`, which may be one already.

    ```python
    async def main():
        task = asyncio.ensure_future(asyncio.sleep_ms(1))
        print(asyncio.ensure_future(task) is task)
        await task

    asyncio.run(main())
    # True
    ```
    """

def get_running_loop() -> _Loop:
    """The one loop, whether it runs or not.

    ```python
    print(asyncio.get_running_loop() is asyncio.Loop)
    # True
    ```
    """

def got_event_loop() -> bool:
    """True: there is a loop from the start (fast_io).

    ```python
    print(asyncio.got_event_loop())
    # True
    ```
    """

def SleepMs() -> Callable[[int], Awaitable[None]]:
    """V2: `SleepMs()(20)` is `sleep_ms(20)`.

    ```python
    asyncio.run(asyncio.wait_for_ms(asyncio.SleepMs()(1), 1000))
    print("awake")
    # awake
    ```
    """

def Sleep() -> Callable[[float], Awaitable[None]]:
    """The 2017 version: `Sleep()(2)` is `sleep(2)`.

    ```python
    asyncio.run(asyncio.wait_for_ms(asyncio.Sleep()(0), 1000))
    print("awake")
    # awake
    ```
    """

def AfterMs() -> Callable[[int], Awaitable[None]]:
    """The 2017 version: `AfterMs()(20)` is `after_ms(20)`.

    ```python
    asyncio.run(asyncio.wait_for_ms(asyncio.AfterMs()(1), 1000))
    print("awake")
    # awake
    ```
    """

def After() -> Callable[[float], Awaitable[None]]:
    """The 2017 version: `After()(2)` is `after(2)`.

    ```python
    asyncio.run(asyncio.wait_for_ms(asyncio.After()(0), 1000))
    print("awake")
    # awake
    ```
    """

def When() -> Callable[..., Awaitable[None]]:
    """The 2017 version: `When()(callback)` is `when(callback)`.

    ```python
    asyncio.run(asyncio.wait_for_ms(asyncio.When()(lambda: True), 1000))
    print("true")
    # true
    ```
    """

class SysCall:
    """V2: what a coroutine yields to have the loop call `handle()` as part of its step.

    ```python
    class Say(asyncio.SysCall):
        def handle(self):
            print(*self.args)

    async def main():
        yield Say("in", "the loop")

    asyncio.run(main())
    # in the loop
    ```
    """

    args: tuple[Any, ...]
    """What it was made with."""
    def __init__(self, *args: Any) -> None: ...
    def handle(self) -> Any:
        """What the loop calls. A subclass defines it."""

class SysCall1(SysCall):
    """V2: a `SysCall` with one argument, `arg`.

    ```python
    class Say(asyncio.SysCall1):
        def handle(self):
            print(self.arg)

    async def main():
        yield Say("in the loop")

    asyncio.run(main())
    # in the loop
    ```
    """

    arg: Any
    """The argument."""
    def __init__(self, arg: Any) -> None: ...

class StopLoop(SysCall1):
    """V2: yielded, it ends the run, which returns the argument.

    ```python
    async def main():
        yield asyncio.StopLoop(42)

    asyncio.create_task(main())
    print(asyncio.get_event_loop().run_forever())
    # 42
    ```
    """

    def handle(self) -> None:
        """End the run."""
