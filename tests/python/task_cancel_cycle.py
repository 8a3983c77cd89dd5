# A task cannot await one that awaits it, in however many steps: neither could ever end. The last one to try gets a
# RuntimeError. A task that awaits itself gets one too. A chain can be as long as it likes.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)

ended = []


async def waits(i):
    try:
        await tasks[(i + 1) % len(tasks)]
    except RuntimeError as er:
        ended.append((i, "awaits it" in str(er)))


async def leads_to(t):
    await t


async def main():
    global tasks
    for n in (2, 3):
        tasks = [asyncio.create_task(waits(i)) for i in range(n)]
        await asyncio.sleep_ms(1)
        print(n, [t.done() for t in tasks], ended)
        ended.clear()

    # Through other joiners, of whom the first leaves.
    tasks = []
    tasks += [asyncio.create_task(asyncio.sleep_ms(9)) for _ in range(1)]
    tasks += [asyncio.create_task(leads_to(tasks[0])) for _ in range(3)]
    await asyncio.sleep_ms(1)
    print(tasks[0].data, [t.data is tasks[0] for t in tasks[1:]])
    tasks[1].set_level(asyncio.LOW)
    tasks[1].data = None  # it awaits no more, and is due
    await asyncio.sleep_ms(1)
    print([t.done() for t in tasks], tasks[0].state)
    print(tasks[2].cancel())  # the task that it awaits, for all
    await asyncio.sleep_ms(1)
    print([t.done() for t in tasks])

    # A chain, whose end alone is cancelled and passes it on.
    tasks = [asyncio.create_task(asyncio.sleep_ms(9))]
    for i in range(200):
        tasks.append(asyncio.create_task(leads_to(tasks[-1])))
    await asyncio.sleep_ms(1)
    print(tasks[200].cancel(), sum(t.done() for t in tasks))
    await asyncio.sleep_ms(1)
    print(sum(t.done() for t in tasks))

    try:
        await asyncio.current_task()
    except RuntimeError as er:
        print("itself" in str(er))


asyncio.run(main())
