# A function that was not called is no coroutine.
import asyncio


async def work() -> int:
    return 1


async def main() -> None:
    asyncio.create_task(work(), level=asyncio.LOW)
    asyncio.create_task(work, level=asyncio.LOW)  # wrong


asyncio.run(main())
