# Tasks that await each other wait for ever; cancelling one of them ends them all. A task that
# awaits itself gets a RuntimeError.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)

cancelled = []


async def waits(i):
    try:
        await tasks[(i + 1) % len(tasks)]
    except asyncio.CancelledError:
        cancelled.append(i)
        raise


async def leads_to(t):
    await t


async def main():
    global tasks
    for n in (2, 3):
        tasks = [asyncio.create_task(waits(i)) for i in range(n)]
        await asyncio.sleep_ms(1)
        print(tasks[0].cancel())
        await asyncio.sleep_ms(1)
        print([t.done() for t in tasks], sorted(cancelled))
        cancelled.clear()

    # One that only leads into the circle
    tasks = [asyncio.create_task(waits(i)) for i in range(2)]
    t = asyncio.create_task(leads_to(tasks[0]))
    await asyncio.sleep_ms(1)
    print(t.cancel())
    await asyncio.sleep_ms(1)
    print([t.done() for t in tasks], sorted(cancelled), t.done())

    try:
        await asyncio.current_task()
    except RuntimeError as er:
        print("itself" in str(er))


asyncio.run(main())
