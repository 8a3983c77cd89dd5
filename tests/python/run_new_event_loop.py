# new_event_loop() empties everything that was queued; it is the same loop.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()
event = asyncio.Event()


async def sleeper(aw):
    await aw
    print("never", aw)


async def main():
    for aw in (
        asyncio.sleep_ms(20),
        asyncio.after_ms(20),
        asyncio.when(lambda: clock() >= 20),
        event.wait(),
    ):
        asyncio.create_task(sleeper(aw))
    loop.call_later_ms(20, print, "never")
    loop.call_after_ms(20, print, ("never",))
    await asyncio.sleep_ms(10)
    loop.stop()


async def second():
    event.set()
    await asyncio.sleep_ms(50)
    print(clock(), "second")


asyncio.run(main())
new = asyncio.new_event_loop()
print(new is loop, asyncio.get_event_loop() is loop)
loop.run_until_complete(second())
