# idle.py  A loop that waits: `idle` and `system_calls` in counting.py count what its waiting takes.
#
#   micropython idle.py LOOP N TIMES
#
# LOOP: ours or stock. N tasks sleep. On a board one of them is woken after TIMES ms, then after twice as long, so that
# all ticks between bring nothing, with bench.mark() between. On unix it is woken TIMES times.

import bench
import sys

FAR = 100_000_000  # ms


async def sleeper():
    await aio.sleep_ms(FAR)


async def main(n, times):
    for _ in range(n - 1):
        aio.create_task(sleeper())
    if sys.platform == "linux":
        for _ in range(times):
            await aio.sleep_ms(3)
        return
    await aio.sleep_ms(10)
    bench.mark()
    await aio.sleep_ms(times)
    bench.mark()
    await aio.sleep_ms(2 * times)
    bench.mark()


loop, n, times = sys.argv[1:]
aio = __import__({"ours": "asyncio_priority", "stock": "stock_asyncio"}[loop])
aio.run(main(int(n), int(times)))
