# TaskGroup: its end waits for its tasks; an error cancels the others and the body; a cancel from outside cancels all.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


def log(*what):
    print(clock(), *what)


async def work(name, ms, error=None, cleanup=0):
    try:
        await asyncio.sleep_ms(ms)
    except asyncio.CancelledError:
        log(name, "cancelled")
        await asyncio.sleep_ms(cleanup)
        raise
    if error:
        raise error
    log(name, "ends")
    return name


async def case(name, body):
    log("--", name)
    me = asyncio.current_task()
    try:
        await body()
        log("good")
    except asyncio.ExceptionGroup as e:
        log(repr(e.exceptions))
    except (Exception, asyncio.CancelledError) as e:
        log(type(e).__name__, e)
    await asyncio.sleep_ms(0)
    if me.cancelling():
        log("cancelling", me.cancelling())


async def results():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(work("a", 20), name="first")
        b = group.create_task(work("b", 10))
        log(a.get_name(), a.level == asyncio.NORMAL)
    log(a.result(), b.result())


async def nothing():
    async with asyncio.TaskGroup():
        log("empty")


async def a_task_fails():
    async with asyncio.TaskGroup() as group:
        group.create_task(work("a", 20))
        group.create_task(work("b", 10, ValueError("b")))
        group.create_task(work("c", 30, None, 5))
        await work("body", 1000)


async def a_task_fails_at_the_end():
    async with asyncio.TaskGroup() as group:
        group.create_task(work("a", 20))
        group.create_task(work("b", 10, ValueError("b")))


async def two_fail():
    async def raises_instead():
        try:
            await asyncio.sleep_ms(1000)
        finally:
            raise KeyError("instead")

    async with asyncio.TaskGroup() as group:
        group.create_task(raises_instead())
        group.create_task(work("b", 10, ValueError("b")))


async def two_fail_at_once():
    async with asyncio.TaskGroup() as group:
        for name in "ab":
            group.create_task(work(name, 10, ValueError(name)))


async def the_body_fails():
    async with asyncio.TaskGroup() as group:
        group.create_task(work("a", 20))
        await asyncio.sleep_ms(5)
        raise OSError("body")


async def the_body_fails_before_they_begin():
    async with asyncio.TaskGroup() as group:
        group.create_task(work("a", 20))
        raise OSError("body")


async def a_task_is_cancelled():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(work("a", 20))
        group.create_task(work("b", 30))
        await asyncio.sleep_ms(1)
        a.cancel()


async def from_outside(when, body_ms):
    async def inside():
        async with asyncio.TaskGroup() as group:
            group.create_task(work("a", 20, None, 3))
            await work("body", body_ms)
        log("not reached")

    task = asyncio.create_task(inside())
    await asyncio.sleep_ms(when)
    task.cancel()
    await task


async def cancelled_in_the_body():
    await from_outside(5, 1000)


async def cancelled_at_the_end():
    await from_outside(5, 1)


# The errors come out, and the cancel comes at the next wait.
async def cancelled_with_an_error():
    async def inside():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(work("a", 20, ValueError("a")))
                await asyncio.sleep_ms(1000)
        except asyncio.ExceptionGroup as e:
            log("inside", repr(e.exceptions))
        await asyncio.sleep_ms(50)
        log("not reached")

    task = asyncio.create_task(inside())
    asyncio.Loop.call_later_ms(20, task.cancel)
    await task


async def nested():
    async with asyncio.TaskGroup() as outer:
        outer.create_task(work("outer", 30))
        async with asyncio.TaskGroup() as inner:
            inner.create_task(work("inner", 10, ValueError("inner")))
            await asyncio.sleep_ms(1000)


async def outer_fails():
    async with asyncio.TaskGroup() as outer:
        outer.create_task(work("outer", 10, ValueError("outer")))
        async with asyncio.TaskGroup() as inner:
            inner.create_task(work("inner", 30, None, 5))


# A task of the group adds others, as long as one of it runs.
async def grows():
    async with asyncio.TaskGroup() as group:

        async def more(n):
            await asyncio.sleep_ms(1)
            if n:
                group.create_task(more(n - 1))
            log("more", n)

        group.create_task(more(2))


async def levels():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(work("a", 0), level=asyncio.LOW)
        asyncio.current_task().set_level(asyncio.HIGH)
        b = group.create_task(work("b", 0))
        log(a.level, b.level)
        asyncio.current_task().set_level(asyncio.NORMAL)


async def refuses():
    group = asyncio.TaskGroup()
    for where in ("not entered", "ended"):
        coro = work("never", 0)
        try:
            group.create_task(coro)
        except RuntimeError as e:
            log(where, e)
        coro.close()
        if where == "not entered":
            async with group:
                for wrong in (work, [work("never", 0)], (), 5, None):
                    try:
                        group.create_task(wrong)
                    except TypeError as e:
                        log(e)
    try:
        async with group:
            log("not reached")
    except RuntimeError as e:
        log(e)


async def refuses_while_it_ends():
    async def late(group):
        try:
            await asyncio.sleep_ms(1000)
        finally:
            coro = work("never", 0)
            try:
                group.create_task(coro)
            except RuntimeError as e:
                log(e)

    async with asyncio.TaskGroup() as group:
        group.create_task(late(group))
        await asyncio.sleep_ms(1)
        raise OSError


async def main():
    for body in (
        results,
        nothing,
        a_task_fails,
        a_task_fails_at_the_end,
        two_fail,
        two_fail_at_once,
        the_body_fails,
        the_body_fails_before_they_begin,
        a_task_is_cancelled,
        cancelled_in_the_body,
        cancelled_at_the_end,
        cancelled_with_an_error,
        nested,
        outer_fails,
        grows,
        levels,
        refuses,
        refuses_while_it_ends,
    ):
        await case(body.__name__, body)


asyncio.run(main())
