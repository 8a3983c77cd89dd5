# Among Low entries too: the earliest due time first, equal ones in the order of queueing.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


def say(what):
    print(clock(), what)


async def low(name, ms):
    await asyncio.after_ms(ms)
    say(name)


async def main():
    loop.call_after_ms(10, say, ("callback, queued first",))
    asyncio.create_task(low("a", 30))
    asyncio.create_task(low("b", 10))
    asyncio.create_task(low("c", 10))
    await asyncio.sleep_ms(40)


asyncio.run(main())
