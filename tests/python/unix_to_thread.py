# to_thread(): a function in a thread of its own; others go on meanwhile.
import sys

if sys.platform != "linux":
    print("SKIP: needs threads, which no board here has")
    raise SystemExit

import time
import asyncio_priority as asyncio


def blocks(s, error=None, *, more=0):
    time.sleep(s)
    if error:
        raise error
    return s + more


async def counts(n):
    for _ in range(n):
        await asyncio.sleep_ms(1)
    return n


async def main():
    print(await asyncio.gather(asyncio.to_thread(blocks, 0.05, more=1), counts(20)))
    for error in (ValueError(1), SystemExit(2)):
        try:
            await asyncio.to_thread(blocks, 0, error)
        except BaseException as e:
            print(repr(e))
    print(await asyncio.gather(*[asyncio.to_thread(blocks, 0, more=i) for i in range(10)]))
    # A cancel does not wait for the thread.
    start = time.ticks_ms()
    task = asyncio.create_task(asyncio.to_thread(blocks, 0.3))
    await asyncio.sleep_ms(5)
    task.cancel()
    await asyncio.sleep_ms(0)
    print(task.cancelled(), time.ticks_diff(time.ticks_ms(), start) < 300)
    for wrong in (5, None):
        try:
            await asyncio.to_thread(wrong)
        except TypeError as e:
            print(e)
    time.sleep(0.4)


asyncio.run(main())
