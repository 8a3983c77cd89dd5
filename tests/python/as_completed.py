# as_completed(): results in the order in which they come, by `for` and by `async for`, with a time-out that cancels nothing.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def work(ms, error=None):
    await asyncio.sleep_ms(ms)
    if error:
        raise error
    return ms


async def main():
    for aw in asyncio.as_completed([work(30), work(10), work(20, ValueError("20"))]):
        try:
            print(await aw, clock())
        except ValueError as e:
            print(repr(e), clock())
    tasks = [asyncio.create_task(work(ms)) for ms in (30, 10)]
    async for task in asyncio.as_completed(tasks):
        print(task in tasks, task.result())
    # Those that ended before, and one that is given twice.
    tasks.append(tasks[0])
    for aw in asyncio.as_completed(tasks):
        print(await aw)
    print(list(asyncio.as_completed([])))

    # They may be awaited in any order, and all at once.
    clock(0)
    first, second = asyncio.as_completed([work(20), work(10)])
    print(await second, await first)
    print(await asyncio.gather(*asyncio.as_completed([work(20), work(10), work(0)])))

    clock(0)
    tasks = [asyncio.create_task(work(ms)) for ms in (30, 10, 50)]
    for aw in asyncio.as_completed(tasks, timeout=0.0405):
        try:
            print(await aw, clock())
        except asyncio.TimeoutError:
            print("TimeoutError", clock())
    print(*[t.done() for t in tasks], await tasks[2])
    clock(0)
    try:
        async for task in asyncio.as_completed([work(10), work(20)], timeout=0.0155):
            print(task.result())
    except asyncio.TimeoutError:
        print("TimeoutError", clock())
    # The timer does not outlast them.
    clock(0)
    async for task in asyncio.as_completed([work(10)], timeout=0.0205):
        print(task.result())

    # A cancel of who waits for one loses none.
    clock(0)
    aws = list(asyncio.as_completed([work(10), work(20)]))
    t = asyncio.create_task(aws[0])
    await asyncio.sleep_ms(5)
    t.cancel()
    await asyncio.sleep_ms(0)
    print(t.cancelled(), await aws[1], clock())

    for wrong in ([work], [[]], 5, [work(1), 5]):
        try:
            asyncio.as_completed(wrong)
        except TypeError as e:
            print(e)
    try:
        asyncio.as_completed([work(1)], timeout="x")
    except TypeError as e:
        print(e)
    await asyncio.sleep_ms(100)
    print(len(asyncio.all_tasks()))


asyncio.run(main())
