# Task.add_done_callback(), remove_done_callback(): called by the loop, behind what was due, in the order in which they were added.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
asyncio.Loop.set_exception_handler(lambda loop, context: print(repr(context["exception"])))


async def work(ms=10, error=None):
    await asyncio.sleep_ms(ms)
    print("ends", clock())
    if error:
        raise error


async def joins(task, name):
    await task
    print(name)


def callback(name):
    return lambda task: print(name, task.done(), task.cancelled(), clock())


class Odd:
    calls = 0

    def called(self, task):
        Odd.calls += 1

    def __call__(self, task):
        print("odd")


class Equal:
    # Its comparison takes others out meanwhile.
    def __init__(self, task):
        self.task = task

    asked = False

    def __eq__(self, other):
        if other is print or self.asked:
            return False
        self.asked = True
        print("removed", self.task.remove_done_callback(print))
        return True

    def __call__(self, task):
        print("stays", self.asked)


async def main():
    task = asyncio.create_task(work())
    task.add_done_callback(callback(1))
    j = asyncio.create_task(joins(task, "joins 1"))
    await asyncio.sleep_ms(0)
    task.add_done_callback(callback(2))
    asyncio.create_task(joins(task, "joins 2"))
    await asyncio.sleep_ms(0)
    task.add_done_callback(callback(3))
    task.add_done_callback(Odd())
    await j
    await asyncio.sleep_ms(5)
    # Of one that has ended: soon, not at once.
    task.add_done_callback(callback("late"))
    print("added")
    await asyncio.sleep_ms(0)

    for how in ("cancelled", "begun", "failed"):
        task = asyncio.create_task(work(10, ValueError(how) if how == "failed" else None))
        task.add_done_callback(callback(how))
        if how == "begun":
            await asyncio.sleep_ms(5)
        if how != "failed":
            task.cancel()
        await asyncio.sleep_ms(20)

    # Removed: all that are equal, bound methods too.
    odd = Odd()
    task = asyncio.create_task(work())
    for f in (odd.called, print, odd.called, odd.called):
        task.add_done_callback(f)
    print(task.remove_done_callback(odd.called), task.remove_done_callback(odd.called))
    task.remove_done_callback(print)
    await task
    await asyncio.sleep_ms(0)
    print(Odd.calls, task.remove_done_callback(print))

    task = asyncio.create_task(work())
    for f in (Equal(task), print, Equal(task)):
        task.add_done_callback(f)
    print(task.remove_done_callback(len))
    await task

    # What one raises goes to the handler, and the next is called.
    task = asyncio.create_task(work())
    task.add_done_callback(lambda task: 1 // 0)
    task.add_done_callback(callback("next"))
    await task
    await asyncio.sleep_ms(0)

    # At the level of the task's last step, if that is more urgent than normal.
    for level in (asyncio.LOW, asyncio.NORMAL, asyncio.HIGH):
        task = asyncio.create_task(asyncio.when(lambda: clock() % 2), level=level)
        task.add_done_callback(lambda task: print("first", task.level))
        await asyncio.sleep_ms(1)
        task = asyncio.create_task(work(1), level=level)
        asyncio.create_task(work(1))
        task.add_done_callback(lambda task: print("called", task.level))
        await asyncio.sleep_ms(5)

    for wrong in (5, None):
        try:
            task.add_done_callback(wrong)
        except TypeError as e:
            print(e)


asyncio.run(main())
