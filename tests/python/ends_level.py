# Who waits for the ends of tasks is as urgent as what ended: beside tasks that block for 2 ms each, within one of their steps.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
at = 0


async def busy():
    while True:
        clock(clock() + 2)  # it blocks
        await asyncio.sleep_ms(0)


def due():
    return clock() >= at


async def urgent():
    await asyncio.when(due)


async def group():
    async with asyncio.TaskGroup() as group:
        group.create_task(urgent())


async def wait():
    await asyncio.wait([asyncio.create_task(urgent())])


async def wait_limited():
    await asyncio.wait([asyncio.create_task(urgent())], timeout=1000)


async def shield():
    await asyncio.shield(urgent())


async def completed():
    async for _ in asyncio.as_completed([urgent(), urgent()]):
        pass


async def completed_results():
    for aw in asyncio.as_completed([urgent(), urgent()]):
        await aw


# Several wait at once, the second of which has what the first one leaves.
async def completed_shared():
    aws = list(asyncio.as_completed([urgent(), urgent(), urgent()]))
    tasks = [asyncio.create_task(aw) for aw in aws]
    await asyncio.sleep_ms(0)
    tasks[0].cancel()
    await tasks[1]


async def several():
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(urgent())


async def gather():
    await asyncio.gather(urgent(), urgent())


async def joins():
    await asyncio.create_task(urgent())


async def limited():
    await asyncio.wait_for(asyncio.when(due), 1)


async def gather_limited():
    await asyncio.wait_for(asyncio.gather(urgent(), urgent()), 1)


# That it would have taken long.
async def plain():
    await asyncio.sleep_ms(1)


async def main():
    global at
    tasks = [asyncio.create_task(busy()) for _ in range(10)]
    for what in (
        group,
        wait,
        wait_limited,
        shield,
        completed,
        completed_results,
        completed_shared,
        several,
        gather,
        joins,
        limited,
        gather_limited,
        plain,
    ):
        took = []
        for ms in range(100, 120):
            at = clock() + ms
            await what()
            took.append(clock() - at if what is not plain else clock() - at + ms)
        print(what.__name__, "at most", max(took))
    for t in tasks:
        t.cancel()


asyncio.run(main())
