# A task was handed room for one put(), waits by hand at another put() of the same queue instead, and fails in that step:
# the room is there for the next one.
import asyncio_priority as asyncio

q = asyncio.Queue(1)


def fails():
    first = iter(q.put(1))
    next(first)
    yield
    next(iter(q.put(2)))
    raise ValueError


async def main():
    q.put_nowait(0)
    t = asyncio.create_task(fails())
    await asyncio.sleep_ms(1)
    print(q.get_nowait(), q.full())
    try:
        await t
    except ValueError:
        print("failed")
    print(q.full(), q.qsize())
    q.put_nowait(3)
    print(q.get_nowait())


asyncio.run(main())
