# The names of ours under the name `asyncio`, of which a checker has another idea.
import asyncio
from asyncio import core
from asyncio.stream import Stream


async def log(text: str) -> None:
    await asyncio.after_ms(10)
    print(text)


async def main() -> None:
    asyncio.get_event_loop(runq_len=16, max_overdue_ms=500)
    async with asyncio.timeout_ms(1000), asyncio.TaskGroup() as group:
        group.create_task(log("low"), level=asyncio.LOW)
    await asyncio.when(lambda: True)
    reader, writer = await asyncio.open_connection("127.0.0.1", 80)
    stream: Stream = reader
    writer.write(b"x")
    print(await stream.readline(), core._io_queue)


asyncio.run(main())
