# call_later(s), call_later_ms(ms), call_at_(ticks): Normal entries at their time.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(1000)
loop = asyncio.get_event_loop()


def show(*args):
    print(clock(), *args)


async def main():
    loop.call_later(1.5, show, "1.5 s", 1)
    loop.call_later(1, show, "1 s")
    loop.call_later_ms(20, show, "20 ms", (1, 2))
    loop.call_later_ms(20, show)
    loop.call_at_(loop.time() + 10, show, ("at", 10))
    loop.call_at_(clock() + 5, show)
    loop.call_at_(clock() - 5, show, ("past",))
    await asyncio.sleep(2)


print(loop.time())
asyncio.run(main())
print(loop.time())
