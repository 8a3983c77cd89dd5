# A bare `yield` queues the task again, due now: round robin. What comes back is always None.
import asyncio_priority as asyncio

trace = []


async def task(name):
    for _ in range(3):
        trace.append(name)
        x = yield
        if x is not None:
            print("sent:", x)


class Yields:
    def __iter__(self):
        yield


async def main():
    for name in "abc":
        asyncio.create_task(task(name))
    while len(trace) < 9:
        trace.append(".")
        await Yields()
    print("".join(trace))


asyncio.run(main())
