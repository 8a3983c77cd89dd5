# Too many wait_for() that await one another are a RuntimeError, as too many coroutines are, not a stack that overflows.
import sys

if sys.platform != "linux":
    print("SKIP: the stack of no board here is so large that this says anything")
    raise SystemExit

import asyncio_priority as asyncio


def nested(n):
    w = asyncio.sleep_ms(1)
    for _ in range(n):
        w = asyncio.wait_for_ms(w, 1000)
    return w


async def main():
    print(await nested(20))
    try:
        await nested(8000)
    except RuntimeError as er:
        print(er)
    nested(20).close()
    try:
        nested(8000).close()
    except RuntimeError as er:
        print(er)


asyncio.run(main())
