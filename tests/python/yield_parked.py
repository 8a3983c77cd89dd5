# A task that parked itself (V3: its `data` is set) stays parked, whatever it yields;
# cancel() tells the object, wake() runs the task again.
import asyncio_priority as asyncio
from asyncio_priority import wake
from uasyncio_priority import _mock_clock as clock

clock(0)


class Place:
    def remove(self, task):
        print("remove", task is tasks["cancelled"])


async def parks(name, value):
    asyncio.current_task().data = Place()
    try:
        yield value
        print(clock(), name, asyncio.current_task().data)
    except asyncio.CancelledError:
        print(clock(), name)


async def main():
    for name, value in (("none", None), ("int", 5), ("text", "x"), ("cancelled", 1)):
        tasks[name] = asyncio.create_task(parks(name, value))
    await asyncio.sleep_ms(20)
    wake(tasks["text"])
    wake(tasks["int"])
    tasks["cancelled"].cancel()
    await asyncio.sleep_ms(20)
    print(tasks["none"].done())


tasks = {}
asyncio.run(main())
