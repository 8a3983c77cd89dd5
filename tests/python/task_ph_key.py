# Task.ph_key is in the ticks of time.ticks_ms(), whose range is larger than the core's where ints are.
import sys
import asyncio_priority as asyncio
from time import ticks_add, ticks_diff
from uasyncio_priority import _mock_clock as clock

loop = asyncio.get_event_loop()
TICKS = sys.maxsize >> 1


async def sleeps(ms):
    await asyncio.sleep_ms(ms)


async def main():
    tasks = [asyncio.create_task(sleeps(ms)) for ms in (0, 7, 5000)]
    print(ticks_diff(tasks[0].ph_key, loop.time()))  # due
    await asyncio.sleep_ms(3)
    now = loop.time()
    print([ticks_diff(t.ph_key, now) for t in tasks[1:]], 0 <= tasks[1].ph_key <= TICKS)
    new = asyncio.Task(sleeps(1))
    print(new.ph_key, tasks[0].ph_key)  # in no queue yet, or any more
    asyncio.core._task_queue.push(new, ticks_add(loop.time(), 9))
    print(ticks_diff(new.ph_key, loop.time()))
    tasks[2].cancel()


for start in (1000, (1 << 30) - 6, (1 << 32) - 6, (5 << 32) - 6, (1 << 62) - 6):
    clock(start & TICKS)
    asyncio.run(main())
