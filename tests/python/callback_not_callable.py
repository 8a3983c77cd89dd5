# A callback that cannot be called is a TypeError at the call.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


def check(name, call):
    for x in (None, 5, "text"):
        try:
            call(x)
        except TypeError as er:
            print(name, "callable" in str(er))


async def main():
    check("call_soon", loop.call_soon)
    check("call_later", lambda x: loop.call_later(0, x))
    check("call_later_ms", lambda x: loop.call_later_ms(0, x))
    check("call_at_", lambda x: loop.call_at_(loop.time(), x))
    check("call_after", lambda x: loop.call_after(0, x))
    check("call_after_ms", lambda x: loop.call_after_ms(0, x))
    await asyncio.sleep_ms(1)
    print("goes on")


asyncio.run(main())
