# Task.result(), exception(), cancelled(), get_coro(): CPython's.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
reported = []
asyncio.Loop.set_exception_handler(lambda loop, context: reported.append(context["exception"]))


async def work(ms, error=None):
    await asyncio.sleep_ms(ms)
    if error:
        raise error
    return ms


def look(task):
    print(task.done(), task.cancelled(), end=" ")
    for f in (task.result, task.exception):
        try:
            print(repr(f()), end=" ")
        except BaseException as e:
            print("raised", repr(e), end=" ")
    print()


async def main():
    coro = work(1)
    good = asyncio.create_task(coro)
    bad = asyncio.create_task(work(1, ValueError("bad")))
    ended = asyncio.create_task(work(1, asyncio.CancelledError("own")))
    gone = asyncio.create_task(work(100))
    look(good)
    await asyncio.sleep_ms(0)
    gone.cancel()
    print(gone.cancelled())
    await asyncio.sleep_ms(5)
    for task in (good, bad, ended, gone):
        look(task)
    print(good.get_coro() is coro, good.coro is coro)
    # Nobody awaited it by its next turn, and it was reported. A done callback comes before that.
    print(reported)
    seen = asyncio.create_task(work(0, OSError("seen")))
    unseen = asyncio.create_task(work(0, OSError("unseen")))
    unseen_too = asyncio.create_task(
        work(0, OSError("unseen, only asked whether it was cancelled"))
    )
    seen.add_done_callback(lambda task: task.exception())
    unseen_too.add_done_callback(lambda task: task.cancelled())
    await asyncio.sleep_ms(5)
    print(reported)
    print(issubclass(asyncio.InvalidStateError, Exception))


asyncio.run(main())
