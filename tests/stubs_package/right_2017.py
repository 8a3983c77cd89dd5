# A program of 2017, and one of V2.
import asyn
import asyncio_priority
import uasyncio


async def waits(barrier: asyn.Barrier) -> None:
    await barrier


loop = asyncio_priority.get_event_loop(42, 42, max_overdue_ms=1000, hpqlen=4)
loop.call_after_ms(100, print, ("once",))
loop.call_after(1, print, "once", "more")
uasyncio.get_event_loop(16, 16, ioq_len=1).create_task(waits(asyn.Barrier(1)))
loop.run_until_complete(asyncio_priority.sleep_ms(500))
