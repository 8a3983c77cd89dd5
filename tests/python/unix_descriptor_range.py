# A descriptor that no system has is an error at the call, and no other descriptor.
import sys

if sys.platform != "linux":
    print("SKIP: needs descriptors, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio

BAD = (1 << 32) + 1, 1 << 31, -1, -(1 << 31), (1 << 40), 1 << 70


async def waits(s):
    yield asyncio.core._io_queue.queue_write(s)


async def main():
    for bad in BAD:
        for wait in asyncio.readable, asyncio.writable:
            try:
                await wait(bad)
                print("?")
            except (ValueError, TypeError) as er:
                print(type(er).__name__, er)
        try:
            await asyncio.create_task(waits(bad))
            print("?")
        except (ValueError, TypeError) as er:
            print(type(er).__name__, er)
    await asyncio.writable(1)
    await asyncio.create_task(waits(1))
    print("writable")


asyncio.run(main())
