# An awaitable of when() is for one task; a second one is told so. Neither that nor a cancel costs the
# stock of hpqlen anything, and none of it is stocked twice.
import asyncio_priority as asyncio
import micropython

asyncio.get_event_loop(hpqlen=2)
flag = []


def never():
    return False


def yes():
    return True


async def waits(w, who):
    try:
        await w
        print(who, "true")
    except RuntimeError as er:
        print(who, er)


async def main():
    w = asyncio.when(lambda: flag)
    a = asyncio.create_task(waits(w, "a"))
    b = asyncio.create_task(waits(w, "b"))
    await asyncio.sleep_ms(1)
    flag.append(1)
    await a
    await b
    kept = [asyncio.when(never, i, i, i) for i in range(6)]
    print(len(set(map(id, kept))))
    for _ in range(3):
        t = asyncio.create_task(waits(asyncio.when(never), "c"))
        await asyncio.sleep_ms(1)
        t.cancel()
        try:
            await asyncio.wait_for_ms(asyncio.when(never), 1)
        except asyncio.TimeoutError:
            pass
    await asyncio.when(yes)
    micropython.heap_lock()
    await asyncio.when(yes)
    await asyncio.when(yes)
    micropython.heap_unlock()
    print("done")


asyncio.run(main())
