# While the ms count wraps: a low task that is overdue has its turns beside one that never waits, one in 30 ms; without
# a limit it has none. Whoever is due first goes first, also among tasks that are late.
import asyncio_priority as asyncio
import time

loop = asyncio.get_event_loop(max_overdue_ms=20)
runs = 0
busy = True


async def spins():
    while busy:
        await asyncio.sleep_ms(0)


async def low():
    global runs
    while busy:
        await asyncio.after_ms(10)
        runs += 1


async def late(n, ms, order):
    await asyncio.sleep_ms(ms)
    order.append(n)


async def main():
    global runs, busy
    start = time.ticks_ms()
    order = []
    tasks = [asyncio.create_task(late(n, ms, order)) for n, ms in enumerate((60, 20, 80, 40, 20))]
    await asyncio.sleep_ms(0)
    time.sleep_ms(100)  # all of them are due, before the wrap and after it
    await asyncio.gather(*tasks)
    print(order, "wrapped:", time.ticks_ms() < start)
    asyncio.create_task(low())
    spinner = asyncio.create_task(spins())
    await asyncio.sleep_ms(320)
    print("runs with a limit:", 9 <= runs <= 11)
    loop.max_overdue_ms(0)
    await asyncio.sleep_ms(20)
    runs = 0
    await asyncio.sleep_ms(200)
    print("runs without:", runs)
    busy = False
    await spinner


asyncio.run(main())
