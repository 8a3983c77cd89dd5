# A delay that the cyclic clock cannot represent is an OverflowError that says the limit, in ms;
# the limit itself can be queued.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


def number_in(text):
    digits = [c if c.isdigit() else " " for c in text]
    return max([int(n) for n in "".join(digits).split()] or [0])


def check(what, call, delay):
    try:
        call(delay)
        print(what, "no error")
    except OverflowError as er:
        print(what, number_in(str(er)) == limit)


async def main():
    global limit
    try:
        asyncio.sleep_ms(1 << 60)
    except OverflowError as er:
        limit = number_in(str(er))
    print(limit >= (1 << 29) - 1)

    for x in (limit + 1, 1 << 31, 1 << 32, 1 << 62, 1 << 80):
        check("sleep_ms", asyncio.sleep_ms, x)
    check("after_ms", asyncio.after_ms, limit + 1)
    check("sleep", asyncio.sleep, limit // 1000 + 1)
    check("sleep", asyncio.sleep, 1e12)
    check("sleep", asyncio.sleep, float("inf"))
    check("after", asyncio.after, limit // 1000 + 1)
    check("call_later_ms", lambda x: loop.call_later_ms(x, print), limit + 1)
    check("call_later", lambda x: loop.call_later(x, print), 1e12)
    check("call_after_ms", lambda x: loop.call_after_ms(x, print), limit + 1)
    check("call_after", lambda x: loop.call_after(x, print), 1e12)

    print(loop.call_later_ms(limit, print, "never").cancel())
    t = asyncio.create_task(asyncio.wait_for_ms(asyncio.sleep_ms(limit), limit))
    await asyncio.sleep_ms(1)
    print(t.done(), t.cancel())
    await asyncio.sleep_ms(1)
    print(t.done())


asyncio.run(main())
