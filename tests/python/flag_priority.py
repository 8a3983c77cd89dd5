# wait(priority=True) lands at high level, wait() where its task belongs: exact traces beside coros
# that block for 10 ms.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

trace = []


async def block(name, flag):
    while True:
        clock(clock() + 10)
        trace.append(name)
        if clock() in (70, 150):
            trace.append("SET")
            flag.set()
        await asyncio.sleep_ms(0)


async def waiter(flag, *args, **kw):
    while True:
        await flag.wait(*args, **kw)
        trace.append("<{}>".format(clock()))


async def main(level, *args, **kw):
    flag = asyncio.ThreadSafeFlag()
    for name in "abcd":
        asyncio.create_task(block(name, flag))
    asyncio.create_task(waiter(flag, *args, **kw), level=level)
    await asyncio.sleep_ms(200)


for level in (asyncio.NORMAL, asyncio.HIGH, asyncio.LOW):
    for args, kw in (((), {}), ((True,), {}), ((), {"priority": True}), ((), {"priority": False})):
        clock(0)
        trace.clear()
        asyncio.get_event_loop(max_overdue_ms=60).run_until_complete(main(level, *args, **kw))
        asyncio.new_event_loop()
        print(level, args, kw, " ".join(trace))
