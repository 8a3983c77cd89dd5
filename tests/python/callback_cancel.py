# What the call... functions return can be cancelled: True if that kept it from running.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


def show(name):
    print(clock(), name)


def cancels_itself():
    print(clock(), "cancels itself:", me.cancel())


async def main():
    global me
    handles = [
        loop.call_soon(show, "soon"),
        loop.call_later_ms(10, show, "later_ms"),
        loop.call_later(0.0105, show, "later"),
        loop.call_at_(clock() + 10, show, ("at",)),
        loop.call_after_ms(10, show, ("after_ms",)),
        loop.call_after(0.0105, show, "after"),
    ]
    print([h.cancel() for h in handles])
    print([h.cancel() for h in handles])

    ran = loop.call_later_ms(10, show, "ran")
    me = loop.call_later_ms(15, cancels_itself)
    await asyncio.sleep_ms(20)
    print(ran.cancel())

    # A handle of the past does nothing to what came later.
    new = [loop.call_later_ms(10, show, "new") for _ in range(8)]
    print([h.cancel() for h in handles + [ran, me]])
    await asyncio.sleep_ms(20)
    print([h.cancel() for h in new])


asyncio.run(main())
