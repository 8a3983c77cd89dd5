# What cannot be gathered, and what cannot be awaited while it is gathered: as in V3, but a gather
# that is refused starts nothing and leaves the tasks as they were.
import asyncio_priority as asyncio


async def sleeps(ms):
    await asyncio.sleep_ms(ms)
    return ms


async def waits(t):
    return await t


async def main():
    t = asyncio.create_task(sleeps(10))
    w = asyncio.create_task(waits(t))
    await asyncio.sleep_ms(0)
    other = asyncio.create_task(sleeps(5))
    unused = sleeps(1)
    try:
        await asyncio.gather(other, unused, t)
    except RuntimeError as er:
        print(er)
    print(await other, await w)

    t = asyncio.create_task(sleeps(10))
    w = asyncio.create_task(asyncio.gather(t))
    await asyncio.sleep_ms(0)
    for f in (waits, asyncio.gather):
        try:
            await f(t)
        except RuntimeError as er:
            print(er)
    print(await w)

    try:
        await asyncio.gather(asyncio.current_task())
    except RuntimeError as er:
        print(er)
    try:
        await asyncio.gather(sleeps)
    except TypeError:
        print("TypeError")


asyncio.run(main())
