# A delay of the wrong type is a TypeError at the call, which names the argument and what is wrong
# with it. Milliseconds must be ints.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


def check(what, call, reason, *args):
    for x in args:
        try:
            call(x)
            print(what, repr(x), "accepted")
        except TypeError as er:
            er = str(er)
            print(what, repr(x), "'" in er, reason in er, type(x).__name__ in er)


async def main():
    check("sleep_ms", asyncio.sleep_ms, "int", 1.5, 2.0, "5", None)
    check("after_ms", asyncio.after_ms, "int", 1.5, "5", None)
    check("sleep", asyncio.sleep, "int", "5", None)
    check("after", asyncio.after, "int", "5", None)
    check("call_later_ms", lambda x: loop.call_later_ms(x, print), "int", 1.5, "5", None)
    check("call_later", lambda x: loop.call_later(x, print), "int", "5", None)
    check("call_after_ms", lambda x: loop.call_after_ms(x, print), "int", 1.5, "5", None)
    check("call_after", lambda x: loop.call_after(x, print), "int", "5", None)
    check("call_at_", lambda x: loop.call_at_(x, print), "ticks", 1.5, "5", None)
    check("max_overdue_ms", loop.max_overdue_ms, "int", 1.5, "5")
    for wait_for, x in ((asyncio.wait_for, "1"), (asyncio.wait_for_ms, 1.5)):
        try:
            await wait_for(asyncio.after(0), x)
        except TypeError as er:
            print("wait_for", repr(x), type(x).__name__ in str(er))
    await asyncio.sleep_ms(1)
    print("goes on, and nothing was queued")


asyncio.run(main())
