# A Low entry goes before due Normal ones when it is overdue by strictly more than max_overdue_ms;
# with 0, the default, it never does.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def low(n):
    for _ in range(n):
        await asyncio.after_ms(0)
        print(clock(), "low")


async def busy(n):
    for _ in range(n):
        clock(clock() + 1)
        print(clock(), "busy")
        await asyncio.sleep_ms(0)


async def main():
    print(loop.max_overdue_ms())
    print(loop.max_overdue_ms(3))
    asyncio.create_task(low(2))
    await asyncio.create_task(busy(9))

    print(loop.max_overdue_ms(0))
    asyncio.create_task(low(1))
    await asyncio.create_task(busy(5))
    print(clock(), "main")
    await asyncio.sleep_ms(1)


asyncio.run(main())
