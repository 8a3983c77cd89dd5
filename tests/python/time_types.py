# A delay of the wrong type is a TypeError at the call. Milliseconds must be ints.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


def check(what, call, *args):
    for x in args:
        try:
            call(x)
        except TypeError as er:
            print(what, repr(x), "int" in str(er))


async def main():
    check("sleep_ms", asyncio.sleep_ms, 1.5, 2.0, "5", None)
    check("after_ms", asyncio.after_ms, 1.5, "5", None)
    check("sleep", asyncio.sleep, "5", None)
    check("after", asyncio.after, "5", None)
    check("call_later_ms", lambda x: loop.call_later_ms(x, print), 1.5, "5", None)
    check("call_later", lambda x: loop.call_later(x, print), "5", None)
    check("call_after_ms", lambda x: loop.call_after_ms(x, print), 1.5, "5", None)
    check("call_after", lambda x: loop.call_after(x, print), "5", None)
    check("call_at_", lambda x: loop.call_at_(x, print), 1.5, "5", None)
    check("max_overdue_ms", loop.max_overdue_ms, 1.5, "5")
    for wait_for, x in ((asyncio.wait_for, "1"), (asyncio.wait_for_ms, 1.5)):
        c = asyncio.after(0)
        try:
            await wait_for(c, x)
        except TypeError as er:
            print("wait_for", repr(x), "int" in str(er))
    await asyncio.sleep_ms(1)
    print("goes on, and nothing was queued")


asyncio.run(main())
