# An exception in a callback goes to the exception handler, with `future` None; the loop goes on.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)

loop = asyncio.get_event_loop()


def handler(loop, context):
    er = context["exception"]
    print(type(er).__name__, context["future"], "message" in context)


def fails(x):
    raise ValueError(x)


async def main():
    loop.set_exception_handler(handler)
    loop.call_soon(fails, "soon")
    loop.call_later_ms(1, fails, "later")
    loop.call_after_ms(2, fails, ("after",))
    loop.call_soon(fails)  # an argument is missing
    await asyncio.sleep_ms(5)
    print("goes on")


asyncio.run(main())
