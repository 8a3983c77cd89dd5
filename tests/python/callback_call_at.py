# call_at(ticks, callback, *args) is due when time() is `ticks`; a time that is past is now.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(100)
loop = asyncio.get_event_loop()


def show(*args):
    print(clock(), *args)


async def main():
    loop.call_at(loop.time() + 20, show, "a", 1)
    loop.call_at(loop.time() + 10, show)
    loop.call_at(loop.time() - 10, show, "past")
    # Ticks are cyclic, however large the sum.
    loop.call_at(loop.time() + 15 + (1 << 70), show, "beyond")
    handle = loop.call_at(loop.time() + 5, show, "cancelled")
    print(handle.cancel())
    for bad in (1.5, None):
        try:
            loop.call_at(bad, show)
        except TypeError as er:
            print("when" in str(er))
    try:
        loop.call_at(loop.time() + 5, None)
    except TypeError as er:
        print("callback" in str(er))
    await asyncio.sleep_ms(30)


asyncio.run(main())
