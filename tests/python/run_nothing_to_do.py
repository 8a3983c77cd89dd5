# run_forever() with nothing to do waits; what then comes from outside runs. (With the mock clock a
# wait without end would be for ever, so the real one is used: a timer is the outside here.)
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


async def main():
    event = asyncio.Event()
    asyncio.create_task(sets(event))
    await event.wait()
    print("event")


async def sets(event):
    await asyncio.after_ms(5)
    event.set()


loop.run_until_complete(main())
loop.call_later_ms(5, loop.stop)
print(loop.run_forever())
