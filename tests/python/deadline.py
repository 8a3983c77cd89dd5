# At high level the earliest deadline goes first; misses are counted, and told once.
from time import ticks_diff

import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401 - of diagnostics, as deadlines


def handler(loop, context):
    if context["exception"] is not None:
        print(repr(context["exception"]), end=" ")
        return
    print("[%s: %s]" % (context["future"].get_name(), context["message"]), end=" ")


asyncio.Loop.set_exception_handler(handler)


def at():
    return (clock() - zero) & 0xFFFFFFFF


# Steps of so many ms each.
async def work(name, *steps):
    for ms in steps:
        print(at(), name, end="; ")
        clock(clock() + ms)
        await asyncio.sleep_ms(0)


def high(name, *steps, deadline_ms=None):
    return asyncio.create_task(work(name, *steps), HIGH, name=name, deadline_ms=deadline_ms)


async def order():
    tasks = [
        high("x", 1, 1),
        high("d20", 1, 1, deadline_ms=20),
        high("d5", 1, 1, deadline_ms=5),
        high("d20b", 1, 1, deadline_ms=20),
        high("y", 1, 1),
        asyncio.create_task(work("normal with d0", 1), deadline_ms=0, name="n"),
        high("over", 1, deadline_ms=-1),
    ]
    await asyncio.sleep_ms(100)
    print()
    print([task.misses for task in tasks], [task.deadline for task in tasks])


async def renewed():
    # By itself, by another, and taken away. What it was to be done by before is over then.
    async def long():
        me = asyncio.current_task()
        me.set_deadline(3)
        clock(clock() + 5)
        me.set_deadline(10)  # the first was missed by 2
        print(at(), ticks_diff(me.deadline, asyncio.Loop.time()), me.misses, end=" ")
        clock(clock() + 12)
        me.set_deadline(None)  # so was this: it is counted only
        print(me.deadline, me.misses)
        await event.wait()
        print(at(), "woken first")

    event = asyncio.Event()
    task = asyncio.create_task(long(), HIGH)
    other = high("other", 1)
    await asyncio.sleep_ms(30)
    other = high("other", 1)
    task.set_deadline(5)
    event.set()
    await asyncio.sleep_ms(10)
    print(task.misses, other.misses)
    task.set_deadline(1)  # it has ended: nothing
    print(task.deadline, other.deadline)


async def waits():
    # Who is waited for goes as early, along a chain of a lock and a join.
    lock = asyncio.Lock()

    async def owner(joined):
        async with lock:
            await joined
            await work("owner", 1, 1)

    async def urgent():
        async with lock:
            await work("urgent", 1)

    joined = asyncio.create_task(work("joined", 1, 1, 1), LOW)
    holder = asyncio.create_task(owner(joined), LOW)
    await asyncio.after_ms(0)
    await asyncio.after_ms(0)
    task = asyncio.create_task(urgent(), HIGH, name="urgent", deadline_ms=12)
    high("d15", 1, 1, 1, deadline_ms=15)
    high("x", 1, 1)
    await asyncio.sleep_ms(50)
    print(holder.done(), task.misses)


async def waits_in_vain():
    # Not for one at another level: the deadline counts at high level only.
    joined = high("joined", 1, 1)
    task = asyncio.create_task(asyncio.wait_for_ms(joined, 90), deadline_ms=1, name="joins")
    await asyncio.sleep_ms(0)
    high("x", 1, 1)
    await asyncio.sleep_ms(50)
    print(task.misses)


async def hand_over():
    # A lock is handed over in the order of asking; who has it runs by its own deadline.
    lock = asyncio.Lock()

    async def task(name, ms):
        async with lock:
            print(at(), name, end="; ")
            clock(clock() + 2)
            await asyncio.sleep_ms(0)

    await lock.acquire()
    for name, ms in (("first", 90), ("second", 5), ("third", 50)):
        asyncio.create_task(task(name, ms), HIGH, name=name, deadline_ms=ms)
    await asyncio.sleep_ms(0)
    high("d30", 1, 1, deadline_ms=30)
    lock.release()
    await asyncio.sleep_ms(50)
    print()


async def ends():
    # However a task ends: in time, late, by an exception, by a cancel before and after its deadline, by a time-out.
    async def fails():
        await asyncio.sleep_ms(8)
        raise ValueError

    async def limited():
        try:
            await asyncio.wait_for_ms(asyncio.sleep_ms(50), 4)
        except asyncio.TimeoutError:
            print(at(), "timed out", end="; ")

    new = asyncio.create_task
    tasks = [
        new(asyncio.sleep_ms(5), deadline_ms=5, name="in time"),
        new(fails(), deadline_ms=7, name="fails"),
        new(asyncio.sleep_ms(100), deadline_ms=3, name="late cancel"),
        new(asyncio.sleep_ms(100), deadline_ms=50, name="cancel"),
        new(limited(), HIGH, deadline_ms=4, name="limit in time"),
        new(limited(), HIGH, deadline_ms=3, name="limit"),
    ]
    await asyncio.sleep_ms(10)
    tasks[2].cancel()
    tasks[3].cancel()
    for task in tasks:
        try:
            await task
        except (ValueError, asyncio.CancelledError) as e:
            print(type(e).__name__, end=" ")
    print([task.misses for task in tasks])


async def rows():
    # 3.7: between two high steps of one task another level has its turn.
    task = asyncio.create_task(work("normal", 1, 1))
    high("d", 1, 1, 1, deadline_ms=9)
    high("x", 1)
    await task
    await asyncio.sleep_ms(1)
    print()


async def turns():
    # A turn of every() is to be done by its own deadline, also if it waits meanwhile.
    async def periodic(name, period, deadline, *steps):
        turns = asyncio.every(period, deadline)
        async for _ in turns:
            await work(name, *steps)
            if turns.turns == 3:
                break
        return turns.misses

    tasks = [
        asyncio.create_task(periodic(*args), HIGH, name=args[0])
        for args in (("slow", 20, 20, 2, 2), ("fast", 10, 4, 1, 1), ("plain", 20, None, 1))
    ]
    await asyncio.gather(*tasks)
    print([task.result() for task in tasks], [task.misses for task in tasks])
    print([task.deadline for task in tasks])


async def afresh():
    # A loop that was emptied has no deadlines.
    task = high("forgotten", 1, deadline_ms=3)
    asyncio.new_event_loop()
    print(task.deadline, task.misses)
    task.set_deadline(2)
    print(ticks_diff(task.deadline, asyncio.Loop.time()))
    task.set_deadline(None)


for zero in (0, (1 << 30) - 12, (1 << 32) - 12):
    for test in (order, renewed, waits, waits_in_vain, hand_over, ends, rows, turns, afresh):
        if zero == 0:
            print("--", test.__name__)
        clock(zero)
        asyncio.run(test())
