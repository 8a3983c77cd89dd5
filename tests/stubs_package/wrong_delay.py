# Milliseconds are ints.
import asyncio_priority as asyncio


async def main() -> None:
    await asyncio.sleep(0.5)
    await asyncio.sleep_ms(0.5)  # wrong


asyncio.run(main())
