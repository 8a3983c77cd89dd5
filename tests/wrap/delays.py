# Delays of all kinds that begin before the ms count wraps and end after it keep their order and their length.
import asyncio_priority as asyncio
import time

order = []
wrong = []


def took(what, start, ms):
    order.append(what)
    late = time.ticks_diff(time.ticks_ms(), start) - ms
    if not 0 <= late <= 3:
        wrong.append((what, ms, late))


async def sleeper(f, what, ms):
    start = time.ticks_ms()
    await f(ms)
    took("{} {}".format(what, ms), start, ms)


async def times_out(ms):
    start = time.ticks_ms()
    try:
        await asyncio.wait_for_ms(asyncio.Event().wait(), ms)
    except asyncio.TimeoutError:
        took("timeout {}".format(ms), start, ms)


async def condition(start, ms):
    await asyncio.when(lambda: time.ticks_diff(time.ticks_ms(), start) >= ms)
    took("when {}".format(ms), start, ms)


async def polled(ms):
    # Short delays, many of them, across the wrap.
    start = time.ticks_ms()
    for _ in range(ms // 5):
        await asyncio.sleep_ms(5)
    took("short", start, ms)


async def main(loop):
    start = time.ticks_ms()
    for ms in (130, 20, 90, 60, 110, 40):
        asyncio.create_task(sleeper(asyncio.sleep_ms, "sleep", ms))
        asyncio.create_task(sleeper(asyncio.after_ms, "after", ms + 2))
    loop.call_later_ms(100, took, "call_later", start, 100)
    loop.call_at_(time.ticks_add(start, 80), took, ("call_at", start, 80))
    loop.call_after_ms(70, took, ("call_after", start, 70))
    await asyncio.gather(times_out(50), condition(start, 75), polled(150))
    print("wrapped:", time.ticks_ms() < start)


asyncio.run(main(asyncio.get_event_loop()))
print(*order, sep=", ")
print("not on time:", wrong)
