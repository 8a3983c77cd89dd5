# `yield False`: somebody else will schedule me. Until then the task can be cancelled, and
# call_soon() of its coroutine runs it again.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def parked(name):
    try:
        x = yield False
        print(clock(), name, "revived", x)
        yield False
        print("never")
    except asyncio.CancelledError:
        print(clock(), name, "cancelled")


async def main():
    a, b, c = parked("a"), parked("b"), parked("c")
    tasks = [asyncio.create_task(x) for x in (a, b, c)]
    await asyncio.sleep_ms(10)
    loop.call_soon(a)
    print(asyncio.cancel(b))
    await asyncio.sleep_ms(10)
    print([t.done() for t in tasks])


asyncio.run(main())
