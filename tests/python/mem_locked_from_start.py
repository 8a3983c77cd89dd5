# The first wait of each kind may already come with the heap locked.
import asyncio_priority as asyncio
import micropython

asyncio.get_event_loop(hpqlen=1)


def yes():
    return True


async def main():
    micropython.heap_lock()
    try:
        await asyncio.sleep_ms(1)
        await asyncio.sleep(0)
        await asyncio.after_ms(1)
        await asyncio.after(0)
        await asyncio.when(yes)
        yield
        yield 1
    finally:
        micropython.heap_unlock()
    print("done")


asyncio.run(main())
