# One of 30 tasks blocks for 50 ms: top(), the report of the slow step and the trace each say which, and where.
import asyncio_priority as asyncio
from asyncio_priority.testing import virtual_time

loop = asyncio.get_event_loop()


async def worker(t, n):
    for _ in range(6):
        await asyncio.sleep_ms(3 + n % 5)
        t.advance(1 if n % 7 == 0 else 0)


async def sensor(t):
    await asyncio.sleep_ms(20)
    t.advance(50)  # the line before is where it was resumed
    await asyncio.sleep_ms(5)


async def main(t):
    tasks = [asyncio.create_task(worker(t, n), name="worker %d" % n) for n in range(29)]
    tasks.append(asyncio.create_task(sensor(t)))
    await asyncio.sleep_ms(75)
    asyncio.top(1)
    for task in tasks:
        await task


def report(loop, context):
    print(context["message"], "by", context["future"].get_name())


loop.set_exception_handler(report)
loop.slow_step_ms = 20
with virtual_time() as t:
    loop.stats(True)
    loop.trace(1000)
    asyncio.run(main(t))
    loop.dump_trace()
