# Time-outs: an event that comes, one that does not
import asyncio_priority as asyncio


async def main():
    ready = asyncio.Event()
    asyncio.get_event_loop().call_later(0.05, ready.set)
    await asyncio.wait_for(ready.wait(), 1)
    print("ready")
    ready.clear()
    try:
        async with asyncio.timeout_ms(100):
            await ready.wait()
    except asyncio.TimeoutError:
        print("not ready in time")


asyncio.run(main())
