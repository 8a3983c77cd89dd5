# A driver with an interrupt, its levels, and what its tasks return.
import asyncio_priority as asyncio
from asyncio_priority import HIGH, Task


class Driver:
    def __init__(self) -> None:
        self.flag = asyncio.ThreadSafeFlag()
        self.values: asyncio.Queue[int] = asyncio.Queue(4)

    async def run(self) -> int:
        for i in range(3):
            await self.flag.wait(priority=True)
            self.values.put_nowait(i)
        return 3


async def main() -> None:
    driver = Driver()
    task: Task[int] = asyncio.create_task(driver.run(), level=HIGH)
    await asyncio.wait_for_ms(driver.flag.wait(True), 100)
    value: int = await driver.values.get()
    count: int = await task
    print(value + count, task.level, task.get_name())


asyncio.run(main())
