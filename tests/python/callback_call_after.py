# call_after(s, cb, *args) and call_after_ms(ms, cb, args): Low entries. `args` is one tuple or
# other iterable.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


def show(*args):
    print(clock(), *args)


async def main():
    loop.call_after(0.0105, show, "call_after", 1)
    loop.call_after(0, show)
    loop.call_after_ms(20, show, ("tuple", 2))
    loop.call_after_ms(20, show, ["list", 3])
    loop.call_after_ms(20, show, (x for x in ("generator", 4)))
    loop.call_after_ms(20, show, "ab")
    loop.call_after_ms(20, show)
    loop.call_after_ms(20, show, args=("keyword",))
    for args in (5, None):
        try:
            loop.call_after_ms(20, show, args)
        except TypeError as er:
            print("TypeError", "iterable" in str(er))
    print("main goes on")
    for _ in range(3):  # Low waits for as long as a Normal entry is due
        await asyncio.sleep_ms(0)
        print(clock(), "main")
    await asyncio.sleep_ms(30)


asyncio.run(main())
