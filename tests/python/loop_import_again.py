# Importing the module again, whatever was done to the table of modules, is the same loop.
import asyncio_priority as asyncio
import sys
import uasyncio_priority

loop = asyncio.get_event_loop()


async def main():
    handle = loop.call_later_ms(1, print, "callback")
    uasyncio_priority.__init__()
    del sys.modules["uasyncio_priority"]
    import uasyncio_priority as again

    print(again.Loop is loop, handle.cancel())
    loop.call_later_ms(1, print, "callback")
    await asyncio.sleep_ms(2)
    print(again.current_task() is asyncio.current_task())


asyncio.run(main())
