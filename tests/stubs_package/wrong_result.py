# What a task returns, and a name that CPython has and MicroPython has not.
import asyncio


async def work() -> int:
    return 1


async def main() -> None:
    number: int = await asyncio.create_task(work())
    text: str = await asyncio.wait_for(work(), 1)  # wrong
    print(number, text)
    asyncio.create_subprocess_exec("ls")  # wrong


asyncio.run(main())
