# gather() is a coroutine: send(), throw() and close(). Who ends it leaves the tasks running, but for CancelledError, and
# others can await them then.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def value(x, ms):
    try:
        await asyncio.sleep_ms(ms)
        return x
    except asyncio.CancelledError:
        print(clock(), "cancelled", x)
        raise


def by_hand(g):
    while True:
        try:
            yield g.send(None)
        except StopIteration as e:
            return e.value


def told(f, *args):
    try:
        print(f(*args))
    except BaseException as e:
        print(repr(e))


async def waits(g):
    return await g


async def main():
    print(clock(), await asyncio.create_task(by_hand(asyncio.gather(value(1, 10), value(2, 5)))))

    # Before it began nothing was started.
    for exc in ValueError(3), ValueError, asyncio.CancelledError:
        g = asyncio.gather(value(3, 1))
        told(g.throw, exc)
        told(g.send, None)
    g = asyncio.gather(value(4, 1))
    told(g.close)
    told(g.send, None)
    print(await g)
    print(len(asyncio.all_tasks()))

    # While it waits.
    for end in (
        lambda g: g.throw(ValueError(5)),
        lambda g: g.throw(ValueError, ValueError(6), None),
        lambda g: g.throw(asyncio.CancelledError),
        lambda g: g.close(),
    ):
        tasks = [asyncio.create_task(value(n, 10)) for n in range(2)]
        g = asyncio.gather(*tasks)
        waiting = asyncio.create_task(waits(g))
        await asyncio.sleep_ms(1)
        told(end, g)
        for task in tasks + [waiting]:
            try:
                print(clock(), await task)
            except asyncio.CancelledError as e:
                print(clock(), repr(e))


asyncio.run(main())
