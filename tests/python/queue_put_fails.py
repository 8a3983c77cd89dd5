# A task was handed room for one put() and does not take it in its step: the room is there for the next one. If it puts
# something else by hand in that step, it takes the room for that.
import asyncio_priority as asyncio

q = asyncio.Queue(1)


def fails(another):
    first = iter(q.put(1))
    next(first)
    yield
    try:
        if another:
            next(iter(q.put(2)))
    except StopIteration:
        print("put")
    raise ValueError


async def main():
    for another in (False, True):
        q.put_nowait(0)
        t = asyncio.create_task(fails(another))
        await asyncio.sleep_ms(1)
        print(q.get_nowait(), q.full())
        try:
            await t
        except ValueError:
            print("failed")
        print(q.full(), q.qsize())
    print(q.get_nowait())
    q.put_nowait(3)
    print(q.get_nowait())


asyncio.run(main())
