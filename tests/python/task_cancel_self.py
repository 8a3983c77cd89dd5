# A task cannot cancel itself: RuntimeError; it goes on.
import asyncio_priority as asyncio


async def main():
    c = asyncio.get_event_loop().cur_task
    for what in (asyncio.current_task().cancel, lambda: asyncio.cancel(c)):
        try:
            what()
        except RuntimeError as er:
            print(er)
    await asyncio.sleep_ms(1)
    print("goes on")


asyncio.run(main())
