# run_until_complete() of a task that has failed, which nobody has noticed yet: it raises at once.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


async def fails():
    raise ValueError("v")


async def other():
    while True:
        await asyncio.sleep_ms(0)


async def main():
    global task
    task = asyncio.create_task(fails())
    asyncio.create_task(other())
    await asyncio.sleep_ms(0)
    return "main"


print(loop.run_until_complete(main()), task.done())
for _ in range(2):
    try:
        print(loop.run_until_complete(task))
    except ValueError as e:
        print(repr(e))
