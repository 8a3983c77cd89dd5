# TaskGroup with more tasks than it has room for at first; errors in the order in which they come; what ends the body; a class that
# is made of it; what is called by hand.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def work(n, ms, error=None):
    await asyncio.sleep_ms(ms)
    if error:
        raise error
    return n


async def many():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(i, i * 7 % 30)) for i in range(30)]
    print([t.result() for t in tasks])


# The clean-up of each fails in its turn.
async def errors():
    async def stubborn(i):
        try:
            await asyncio.sleep_ms(100)
        finally:
            await asyncio.sleep_ms(i * 7 % 10)
            if i != 3:
                raise ValueError(i)

    try:
        async with asyncio.TaskGroup() as group:
            for i in range(10):
                group.create_task(stubborn(i))
            await asyncio.sleep_ms(1)
            raise KeyError("body")
    except asyncio.ExceptionGroup as e:
        print(e, [x.args[0] for x in e.exceptions], type(e).__name__)


async def ends(error):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work(1, 5))
            group.create_task(work(1, 1, ValueError("task")))
            try:
                await asyncio.sleep_ms(10)
            except asyncio.CancelledError:
                pass
            if error:
                raise error
    except BaseException as e:
        print(type(e).__name__, getattr(e, "exceptions", e.args))
    print(asyncio.current_task().cancelling())


# Awaited by others too, who have the result; its state is that of a task that nobody awaits until then.
async def awaited():
    async def other(task):
        print("other", await task)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(work(5, 5))
        print(task.state)
        group.create_task(other(task))
        print(await task)
        task.add_done_callback(lambda t: print("callback", t.result()))
    await asyncio.sleep_ms(0)


# Who leaves an exception in the group has it reported by nobody, though the task ended while nobody waited.
async def before_the_end():
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work(1, 1, OSError("early")))
            try:
                await asyncio.sleep_ms(5)
            except asyncio.CancelledError:
                print("cancelled by the group")
                await asyncio.sleep_ms(5)
                raise
    except asyncio.ExceptionGroup as e:
        print(e.exceptions, task.done())


class Named(asyncio.TaskGroup):
    def __init__(self, name):
        super().__init__()
        self.name = name

    def create_task(self, coro):
        print(self.name)
        return super().create_task(coro, name=self.name)


async def subclass():
    named = Named("n")
    async with named:
        task = named.create_task(work(4, 1))
    print(isinstance(named, asyncio.TaskGroup), task.get_name(), task.result())


async def by_hand():
    group = asyncio.TaskGroup()
    await group.__aexit__(None, None, None)
    group = asyncio.TaskGroup()
    await group.__aenter__()
    task = group.create_task(work(3, 3))
    await group.__aexit__(None, None, None)
    print(task.done())
    try:
        await group
    except TypeError as e:
        print("TypeError")
    for wrong in ({"level": 5}, {"level": "high"}, {"nam": 1}):
        group = asyncio.TaskGroup()
        async with group:
            coro = work(0, 0)
            try:
                group.create_task(coro, **wrong)
            except (TypeError, ValueError) as e:
                print(type(e).__name__)
            coro.close()
    try:
        asyncio.TaskGroup(1)
    except TypeError:
        print("TypeError")


# Closed while it waits: its tasks go on.
async def closed():
    async def inside():
        async with asyncio.TaskGroup() as group:
            group.create_task(ending())

    async def ending():
        await asyncio.sleep_ms(3)
        print("ends")

    coro = inside()
    task = asyncio.create_task(coro)
    await asyncio.sleep_ms(1)
    coro.close()
    await asyncio.sleep_ms(5)
    print(task.done())


async def main():
    for body in (many, errors, awaited, before_the_end, subclass, by_hand, closed):
        print("--", body.__name__)
        await body()
    for error in (None, KeyError("body"), SystemExit(3), KeyboardInterrupt("key")):
        print("-- ends", repr(error))
        await asyncio.create_task(ends(error))
    print(clock(), len(asyncio.all_tasks()))


asyncio.run(main())
