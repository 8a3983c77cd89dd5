# What a call of each public name costs on a Cortex-M4F, in instructions and bytes of heap:
#   python3 benchmarks/api.py          runs this in QEMU and writes docs/api_costs.json
#   ports/qemu/run.py cortex-m4f --shift 0 benchmarks/api_board.py          prints it
#
# A statement runs 16 times and 48 times. What the longer run costs more, less that of an empty statement, is the figure. So
# the call, its look-up as an attribute of the module and the allocator's search for memory are in: a program pays for them.
# An instruction is 1 ns of virtual time there.
import gc
import io
import pyb  # noqa: F401  in what is made below
import asyncio_priority as asyncio

loop = asyncio.get_event_loop(hpqlen=4)


def nothing():
    pass


def yes():
    return True


async def nop():
    pass


class Ready(io.IOBase):
    def ioctl(self, request, arg):
        return arg

    def readline(self):
        return b"\n"

    def read(self, n):
        return b"x"

    def write(self, buf):
        return len(buf)


# name, statement, what to do before it (`x` is what it uses), the words beside the figure.
CASES = """
sleep_ms | await asyncio.sleep_ms(0) | | a step of `await sleep_ms(0)` of a task that is alone
sleep | await asyncio.sleep(0) | | a step of `await sleep(0)` of a task that is alone
after_ms | await asyncio.after_ms(0) | | a step of `await after_ms(0)` of a task that is alone
after | await asyncio.after(0) | | a step of `await after(0)` of a task that is alone
when | await asyncio.when(yes) | | `await when(yes)`, a Python function that returns True
readable | await asyncio.readable(x) | x = Ready() | the wait for a Python object that is ready
writable | await asyncio.writable(x) | x = Ready() | the wait for a Python object that is ready
create_task | await asyncio.create_task(nop()) | | create, run and join a task
Task | await asyncio.create_task(nop()) | | create, run and join a task
Task.done | x.done() | x = asyncio.create_task(nop()) |
Task.cancel | x.cancel() | x = asyncio.create_task(nop()); await x | of a task that has ended
Task.set_level | x.set_level(1) | x = asyncio.create_task(nop()) |
Task.set_deadline | x.set_deadline(5) | x = asyncio.create_task(nop(), deadline_ms=9) | of a task that has a deadline
Task.result | x.result() | x = asyncio.create_task(nop()); await x |
Task.exception | x.exception() | x = asyncio.create_task(nop()); await x |
Task.cancelled | x.cancelled() | x = asyncio.create_task(nop()) |
Task.cancelling | x.cancelling() | x = asyncio.create_task(nop()) |
Task.uncancel | x.uncancel() | x = asyncio.create_task(nop()) |
Task.get_name | x.get_name() | x = asyncio.create_task(nop(), name="n") |
Task.set_name | x.set_name("n") | x = asyncio.create_task(nop()) |
Task.get_coro | x.get_coro() | x = asyncio.create_task(nop()) |
current_task | asyncio.current_task() | |
cur_task | asyncio.cur_task | |
cancel | asyncio.cancel(x) | x = nop() | of a coroutine that no task runs
wake | asyncio.wake(x) | x = asyncio.create_task(nop()) | of a task that is due already
gather | await asyncio.gather(nop(), nop(), nop()) | | of three coroutines that end at once
wait_for | await asyncio.wait_for(x.wait(), 1) | x = asyncio.Event(); x.set() | around an event that is set
wait_for_ms | await asyncio.wait_for_ms(x.wait(), 1000) | x = asyncio.Event(); x.set() | around an event that is set
timeout | async with asyncio.timeout(1): pass | | an empty body
timeout_ms | async with asyncio.timeout_ms(1000): pass | | an empty body
timeout_at | async with asyncio.timeout_at(None): pass | | an empty body without a limit
Timeout | async with asyncio.timeout_ms(1000): pass | | an empty body
Timeout.when | x.when() | x = asyncio.timeout_ms(1000) |
Timeout.expired | x.expired() | x = asyncio.timeout_ms(1000) |
wait | await asyncio.wait(x) | x = [asyncio.create_task(nop())]; await x[0] | of a task that has ended
shield | await asyncio.shield(nop()) | | of a coroutine that ends at once
TaskGroup | async with asyncio.TaskGroup() as g: g.create_task(nop()) | | with one task that ends at once
Event | asyncio.Event() | |
Event.wait | await x.wait() | x = asyncio.Event(); x.set() | of an event that is set
Event.set | x.set() | x = asyncio.Event() | nobody waits
Event.clear | x.clear() | x = asyncio.Event() |
Event.is_set | x.is_set() | x = asyncio.Event() |
Lock | async with x: pass | x = asyncio.Lock() | `async with` of a free lock
Lock.acquire | await x.acquire(); x.release() | x = asyncio.Lock() | with `release()`, of a free lock
Lock.release | await x.acquire(); x.release() | x = asyncio.Lock() | with `acquire()`, of a free lock
Lock.locked | x.locked() | x = asyncio.Lock() |
Semaphore | async with x: pass | x = asyncio.Semaphore(2) | `async with` where there is a permit
Semaphore.acquire | await x.acquire(); x.release() | x = asyncio.Semaphore(2) | with `release()`
Semaphore.release | await x.acquire(); x.release() | x = asyncio.Semaphore(2) | with `acquire()`
Semaphore.locked | x.locked() | x = asyncio.Semaphore(2) |
BoundedSemaphore | async with x: pass | x = asyncio.BoundedSemaphore(2) | `async with` where there is a permit
BoundedSemaphore.release | await x.acquire(); x.release() | x = asyncio.BoundedSemaphore(2) | with `acquire()`
Condition | async with x: x.notify() | x = asyncio.Condition() | `async with` and `notify()`; nobody waits
Barrier | await x.wait() | x = asyncio.Barrier(1) | `wait()` of a barrier for one
Queue | x.put_nowait(1); x.get_nowait() | x = asyncio.Queue() | in and out, without waiting
Queue.get | x.put_nowait(1); await x.get() | x = asyncio.Queue() | with `put_nowait()`
Queue.get_nowait | x.put_nowait(1); x.get_nowait() | x = asyncio.Queue() | with `put_nowait()`
Queue.put | await x.put(1); x.get_nowait() | x = asyncio.Queue() | with `get_nowait()`
Queue.put_nowait | x.put_nowait(1); x.get_nowait() | x = asyncio.Queue() | with `get_nowait()`
Queue.qsize | x.qsize() | x = asyncio.Queue() |
Queue.empty | x.empty() | x = asyncio.Queue() |
Queue.full | x.full() | x = asyncio.Queue() |
LifoQueue | x.put_nowait(1); x.get_nowait() | x = asyncio.LifoQueue() | in and out, without waiting
PriorityQueue | x.put_nowait(1); x.get_nowait() | x = asyncio.PriorityQueue() | in and out, without waiting
WaitQueue | asyncio.WaitQueue() | |
WaitQueue.wake | x.wake() | x = asyncio.WaitQueue() | nobody waits
TaskQueue | asyncio.TaskQueue() | |
ThreadSafeFlag | x.set(); await x.wait() | x = asyncio.ThreadSafeFlag() | set, and wait for it
ThreadSafeFlag.set | x.set() | x = asyncio.ThreadSafeFlag() | nobody waits
ThreadSafeFlag.clear | x.clear() | x = asyncio.ThreadSafeFlag() |
ThreadSafeFlag.wait | x.set(); await x.wait() | x = asyncio.ThreadSafeFlag() | with `set()`
get_event_loop | asyncio.get_event_loop() | |
get_running_loop | asyncio.get_running_loop() | |
got_event_loop | asyncio.got_event_loop() | |
EventLoop | asyncio.EventLoop() | |
PriorityEventLoop | asyncio.PriorityEventLoop() | |
Loop.time | loop.time() | |
Loop.is_running | loop.is_running() | |
Loop.max_overdue_ms | loop.max_overdue_ms() | |
Loop.call_soon | loop.call_soon(nothing) | | without the call itself
Loop.call_soon_threadsafe | loop.call_soon_threadsafe(nothing); await asyncio.sleep_ms(0) | | with a step in which it is called
Loop.call_later | loop.call_later(1, nothing).cancel() | | with its `cancel()`
Loop.call_later_ms | loop.call_later_ms(1, nothing).cancel() | | with its `cancel()`
Loop.call_after | loop.call_after(1, nothing).cancel() | | with its `cancel()`
Loop.call_after_ms | loop.call_after_ms(1, nothing).cancel() | | with its `cancel()`
Loop.call_at | loop.call_at(x, nothing).cancel() | x = loop.time() | with its `cancel()`
Loop.create_task | await loop.create_task(nop()) | | create, run and join a task
Loop | loop.call_soon(nothing) | | `call_soon()`, without the call itself
ticks | asyncio.ticks() | |
ticks_add | asyncio.ticks_add(1, 2) | |
ticks_diff | asyncio.ticks_diff(2, 1) | |
Stream | asyncio.Stream(x) | x = Ready() |
Stream.readline | await x.readline() | x = asyncio.Stream(Ready()) | of a Python object that is ready
Stream.read | await x.read(1) | x = asyncio.Stream(Ready()) | of a Python object that is ready
Stream.write | x.write(b"x") | x = asyncio.Stream(Ready()) | to a Python object that takes it
Stream.drain | await x.drain() | x = asyncio.Stream(Ready()) | with nothing to send
StreamReader | asyncio.StreamReader(x) | x = Ready() |
StreamWriter | asyncio.StreamWriter(x) | x = Ready() |
ensure_future | asyncio.ensure_future(x) | x = asyncio.create_task(nop()) | of a task
coroutine | asyncio.coroutine(nop) | |
SysCall | asyncio.SysCall(1) | |
SysCall1 | asyncio.SysCall1(1) | |
StopLoop | asyncio.StopLoop(1) | |
SleepMs | await asyncio.SleepMs()(0) | | a step of a task that is alone
Sleep | await asyncio.Sleep()(0) | | a step of a task that is alone
AfterMs | await asyncio.AfterMs()(0) | | a step of a task that is alone
After | await asyncio.After()(0) | | a step of a task that is alone
When | await asyncio.When()(yes) | | a Python function that returns True
BaseExceptionGroup | asyncio.BaseExceptionGroup("", x) | x = [ValueError()] |
ExceptionGroup | asyncio.ExceptionGroup("", x) | x = [ValueError()] |
asyn.launch | asyn.launch(nothing) | import asyn |
asyn.Event | asyn.Event() | import asyn |
asyn.Barrier | await x | import asyn; x = asyn.Barrier(1) | `await` of a barrier for one
asyn.Semaphore | async with x: pass | import asyn; x = asyn.Semaphore(1) | `async with` where there is a permit
asyn.BoundedSemaphore | async with x: pass | import asyn; x = asyn.BoundedSemaphore(1) | `async with` where there is a permit
uasyncio.get_event_loop | x() | import uasyncio; x = uasyncio.get_event_loop |
"""

TEMPLATE = """
async def measure(n):
    x = None
    {before}
    gc.collect()
    heap = gc.mem_alloc()
    start = pyb.counts()
    for _ in range(n):
        {statement}
    used = (pyb.counts() - start) & 0x3FFFFFFF
    return used, gc.mem_alloc() - heap
"""


def measured(statement, before):
    names = globals()
    exec(TEMPLATE.format(before=before or "pass", statement=statement), names)
    runs = []
    for n in (16, 16, 48):  # the first one brings all into being that is kept
        gc.collect()
        runs.append(loop.run_until_complete(names["measure"](n)))
        asyncio.new_event_loop()
    return [(more - less) / 32 for more, less in zip(runs[2], runs[1])]


empty, _ = measured("pass", "")
for case in CASES.strip().split("\n"):
    name, statement, before, words = (part.strip() for part in case.split("|"))
    instructions, heap = measured(statement, before)
    print("%s|%d|%d|%s" % (name, instructions - empty + 0.5, heap, words))
