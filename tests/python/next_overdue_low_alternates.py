# Two overdue Low entries never run back to back while a Normal entry is due.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop(max_overdue_ms=1)


async def low(name):
    await asyncio.after_ms(0)
    print(clock(), name)


async def busy():
    for _ in range(5):
        clock(clock() + 1)
        print(clock(), "busy")
        await asyncio.sleep_ms(0)


async def main():
    for name in ("low 1", "low 2", "low 3"):
        asyncio.create_task(low(name))
    await asyncio.create_task(busy())


asyncio.run(main())
