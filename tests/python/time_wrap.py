# Delays across every place where a tick counter may wrap around keep their order and length.
import sys
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

TICKS = sys.maxsize >> 1  # the greatest that time.ticks_ms() returns
loop = asyncio.get_event_loop(max_overdue_ms=2)


def show(*what):
    print((clock() - start) & 0xFFFF, *what)


async def sleeper(ms):
    await asyncio.sleep_ms(ms)
    show("sleep", ms)


async def low(ms):
    await asyncio.after_ms(ms)
    show("low", ms)


async def main():
    for ms in (12, 3, 8):
        asyncio.create_task(sleeper(ms))
        asyncio.create_task(low(ms))
    loop.call_later_ms(9, show, "callback")
    loop.call_at_((clock() + 10) & TICKS, show, ("at",))
    await asyncio.sleep_ms(20)
    show("main")


for start in (0, (1 << 29) - 6, (1 << 30) - 12, (1 << 31) - 6, (1 << 32) - 6):
    clock(start)
    asyncio.run(main())
