# What programs should not do to a task and to its coroutine: an error, or nothing, and the others go on.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_queue, wake

clock(0)
loop = asyncio.get_event_loop()
beats = []


async def beat():
    while True:
        await asyncio.sleep_ms(1)
        beats.append(clock())


# How `f` fails, and whether the others still go on.
async def tried(name, f, *args):
    try:
        got = f(*args)
    except BaseException as er:
        got = type(er).__name__
    beats.clear()
    await asyncio.sleep_ms(3)
    print(name, got, "" if len(beats) in (2, 3) else beats)


async def sleeps(ms=5):
    try:
        await asyncio.sleep_ms(ms)
        return "slept"
    except BaseException as er:
        seen.append(type(er).__name__)
        raise


seen = []


async def value(task):
    try:
        got = await task
    except BaseException as er:
        got = type(er).__name__
    print("  ends:", got, seen)
    seen.clear()


async def objects():
    t = asyncio.create_task(sleeps(40))
    u = asyncio.create_task(sleeps(40))
    for name, f in (
        ("call", lambda: t()),
        ("equal", lambda: (t == t, t == u, t != u, t == t.coro)),
        ("order", lambda: t < u),
        ("hash", lambda: hash(t) == hash(t) and {t: 1, u: 2}[u]),
        ("in", lambda: (t in [u], t in (u, t))),
        ("len", lambda: len(t)),
        ("index", lambda: t[0]),
        ("add", lambda: t + u),
        ("copy", lambda: type(t)(t)),
        ("copy of", lambda: type(t)(t.coro).done()),
        ("throw", lambda: t.throw(ValueError)),
        ("set coro", lambda: setattr(t, "coro", None)),
        ("set level", lambda: setattr(t, "level", 0)),
        ("del data", lambda: delattr(t, "data")),
        ("bool", lambda: bool(t)),
        ("repr", lambda: repr(t)[:5]),
        (
            "remove twice",
            lambda: (_task_queue.remove(u), _task_queue.remove(u), _task_queue.push(u)),
        ),
    ):
        await tried(name, f)
    await value(t)
    await value(u)


# The coroutine is resumed by another than its task: it waits there, as if by `yield from`.
async def send():
    t = asyncio.create_task(sleeps())
    await asyncio.sleep_ms(1)
    await tried("send", t.coro.send, None)
    await value(t)

    event = asyncio.Event()

    async def waits():
        await event.wait()
        return "event"

    t = asyncio.create_task(waits())
    u = asyncio.create_task(waits())
    await asyncio.sleep_ms(1)
    await tried("send", t.coro.send, None)
    event.set()
    await value(t)
    await value(u)


# Two tasks have one coroutine.
async def shared():
    c = sleeps(3)
    t = asyncio.create_task(c)
    u = asyncio.create_task(c)
    await value(t)
    await value(u)
    c = sleeps(3)
    await asyncio.gather(twice(c), twice(c))


async def twice(c):
    print(" ", await c)


# It does so to itself.
async def itself():
    me = asyncio.current_task()
    for name, f in (
        ("close itself", me.coro.close),
        ("throw itself", lambda: me.coro.throw(ValueError)),
        ("send itself", lambda: me.coro.send(None)),
        ("cancel itself", me.cancel),
        ("cancel its coroutine", lambda: asyncio.cancel(me.coro)),
        ("run itself", lambda: loop.run_until_complete(me)),
        ("wake itself", lambda: wake(me)),
        ("push itself", lambda: _task_queue.push(me)),
        ("remove itself", lambda: _task_queue.remove(me)),
        ("call itself", lambda: loop.call_soon(me.coro)),
    ):
        await tried(name, f)
    await value(me)
    # In a callback it is nobody's step.
    for f in (me.cancel, me.coro.close):
        loop.call_soon(f)
        try:
            await asyncio.sleep_ms(5)
        except BaseException as er:
            print("in a callback", type(er).__name__)


# Closed at every place.
async def closed():
    lock = asyncio.Lock()

    async def locked():
        async with lock:
            await asyncio.sleep_ms(5)

    c = locked()
    c.close()
    await value(asyncio.create_task(c))
    print(lock.locked())
    t = asyncio.create_task(locked())
    u = asyncio.create_task(locked())
    await asyncio.sleep_ms(1)
    t.coro.close()
    print(lock.locked(), t.done())
    await asyncio.sleep_ms(1)
    u.coro.close()
    await value(t)
    await value(u)
    print(lock.locked())
    # It refuses.
    t = asyncio.create_task(stays())
    await asyncio.sleep_ms(1)
    await tried("close", t.coro.close)
    await value(t)


async def stays():
    while True:
        try:
            await asyncio.sleep_ms(2)
            return "stayed"
        except GeneratorExit:
            seen.append("GeneratorExit")


# A chain of tasks that await each other: the last one is cancelled, and all of them hear of it.
async def chain():
    async def link(n):
        try:
            if n:
                await asyncio.create_task(link(n - 1))
            else:
                await asyncio.sleep_ms(1000)
        except asyncio.CancelledError:
            seen.append(n)
            raise

    t = asyncio.create_task(link(4))
    await asyncio.sleep_ms(5)
    await tried("cancel", t.cancel)
    await value(t)
    await tried("again", t.cancel)


async def main():
    t = asyncio.create_task(beat())
    for test in (objects, send, shared, itself, closed, chain):
        print("--", test.__name__)
        await asyncio.create_task(test())
    t.cancel()


main_task = asyncio.create_task(main())
loop.run_until_complete(main_task)
print(asyncio.run_until_complete(main_task), clock() < 1000)
