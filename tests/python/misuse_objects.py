# A coroutine, a task, a level, a length or a stream that is none: the error names the argument and says what it must be.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


async def c():
    print("a task was queued")


def check(want, error, call, *args, **kw):
    try:
        call(*args, **kw)
        got = "nothing raised"
    except error as e:
        got = e.args[0] if e.args else ""
    except Exception as e:
        got = repr(e)
    if got != want:
        print(call, args, kw, "\n    raised", got, "\n    not   ", want)


core = asyncio.core
for wrong, kind in ((None, "NoneType"), (5, "int"), ("c", "str"), ((), "tuple"), (loop, "Loop")):
    text = "coroutine expected, not " + kind
    for call in (
        asyncio.create_task,
        asyncio.run,
        loop.create_task,
        asyncio.Task,
        asyncio.ensure_future,
    ):
        check(text, TypeError, call, wrong)
    check(text, TypeError, loop.run_until_complete, wrong)
    if wrong is not None:
        check(text, TypeError, asyncio.run_until_complete, wrong)
    text = "'task' must be a Task, not " + kind
    check(text, TypeError, asyncio.wake, wrong)
    for queue in (asyncio.WaitQueue(), core._task_queue):
        check(text, TypeError, queue.push, wrong)
        check(text, TypeError, queue.remove, wrong)
    check(text, TypeError, core._io_queue.remove, wrong)
    text = "'context' must be a dict, not " + kind
    check(text, TypeError, loop.default_exception_handler, wrong)
    check(text, TypeError, loop.default_exception_handler, loop, wrong)
    check(text, TypeError, loop.call_exception_handler, wrong)
    if wrong != 5:
        text = "'s' must be a stream that can be polled, not " + kind
        check(text, TypeError, asyncio.readable, wrong)
        check(text, TypeError, asyncio.writable, wrong, True)
        check(text, TypeError, asyncio.readable, s=wrong, fast=None)
    if asyncio.cancel(wrong):  # no coroutine of a task
        print(wrong)

text = "coroutine expected, not a function that was not called"
for call in (asyncio.create_task, asyncio.run, asyncio.Task, loop.run_until_complete):
    check(text, TypeError, call, c)

task = asyncio.Task(c())
for wrong in ("1", 1.0, (), c):
    text = "'level' must be an int, not " + type(wrong).__name__
    for call in (asyncio.Event, asyncio.WaitQueue, task.set_level):
        check(text, TypeError, call, wrong)
    check(text, TypeError, asyncio.create_task, c(), wrong)
    check(text, TypeError, asyncio.create_task, c(), level=wrong)
    check(
        "'n' must be an int, not " + type(wrong).__name__,
        TypeError,
        asyncio.WaitQueue().wake,
        wrong,
    )
    for name in ("len", "lpqlen", "hpqlen", "ioq_len", "runq_len", "waitq_len", "lp_len"):
        text = "'%s' must be an int, not %s" % (name, type(wrong).__name__)
        check(text, TypeError, asyncio.get_event_loop, **{name: wrong})
for wrong in (-1, 3, 2**31, -(2**64), 2**64):
    text = "'level' must be 0 to 2"
    for call in (asyncio.Event, asyncio.WaitQueue, task.set_level):
        check(text, ValueError, call, wrong)
    check(text, ValueError, asyncio.create_task, c(), level=wrong)
    if wrong != 3:
        for name in ("len", "lpqlen", "hpqlen", "ioq_len", "runq_len", "waitq_len", "lp_len"):
            check(
                "'%s' must be 0 to 32767" % name,
                ValueError,
                asyncio.get_event_loop,
                **{name: wrong},
            )

# Out of place.
check("empty heap", IndexError, asyncio.WaitQueue().pop)
check("Lock not acquired", RuntimeError, asyncio.Lock().release)
check("no running event loop", RuntimeError, asyncio.current_task)
check("no running event loop", RuntimeError, asyncio.stop_loop, 1)
for awaitable in (
    asyncio.sleep(0),
    asyncio.after_ms(1),
    asyncio.when(c),
    asyncio.Event(),
    task,
    asyncio.WaitQueue(),
):
    check("await outside a running task", RuntimeError, next, awaitable)
check("await outside a running task", RuntimeError, next, asyncio.ThreadSafeFlag().wait())
check("await outside a running task", RuntimeError, next, asyncio.Lock().acquire())
check(
    "await outside a running task",
    RuntimeError,
    core._io_queue.queue_read,
    asyncio.ThreadSafeFlag(),
)


async def inside():
    for call, args in (
        (asyncio.run, (c(),)),
        (asyncio.run_until_complete, ()),
        (loop.run_until_complete, (c(),)),
        (loop.run_forever, ()),
    ):
        check("the loop is running already", RuntimeError, call, *args)
    me = asyncio.current_task()
    check("can't cancel self", RuntimeError, me.cancel)
    check("a task can't await itself", RuntimeError, next, me)
    check("'callback' is the running coroutine", RuntimeError, loop.call_soon, me.coro)
    for wrong, kind in ((None, "NoneType"), ("s", "str"), (1.5, "float")):
        text = "'s' must be a stream that can be polled, not " + kind
        check(text, TypeError, core._io_queue.queue_read, wrong)
        check(text, TypeError, core._io_queue.queue_write, wrong)


async def servers():
    for wrong, kind in ((3, "int"), ("c", "str"), ([], "list")):
        check(
            "'cb' must be callable, not " + kind,
            TypeError,
            next,
            asyncio.start_server(wrong, "127.0.0.1", 1),
        )
    for wrong, kind in (("5", "str"), (1.5, "float")):
        text = "'backlog' must be an int, not " + kind
        check(text, TypeError, next, asyncio.start_server(c, "127.0.0.1", 1, wrong))
    check(
        "'backlog' must be 0 to 1073741823",
        ValueError,
        next,
        asyncio.start_server(c, "127.0.0.1", 1, backlog=-1),
    )
    for wrong in (True, 5, "context"):
        check(
            "'ssl' must be an SSLContext",
            TypeError,
            next,
            asyncio.start_server(c, "127.0.0.1", 1, ssl=wrong),
        )


asyncio.run(inside())
asyncio.run(servers())
asyncio.new_event_loop()
print("done")
