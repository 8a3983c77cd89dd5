# Awaiting outside of a running task is a RuntimeError; the loop runs afterwards.
import asyncio_priority as asyncio


async def waits(aw):
    await aw


async def task():
    await asyncio.sleep_ms(1)


lock = asyncio.Lock()
queue = asyncio.WaitQueue()
event = asyncio.Event()
t = asyncio.create_task(task())
for name, make in (
    ("sleep_ms", lambda: asyncio.sleep_ms(1)),
    ("sleep", lambda: asyncio.sleep(1)),
    ("after_ms", lambda: asyncio.after_ms(1)),
    ("after", lambda: asyncio.after(1)),
    ("when", lambda: asyncio.when(lambda: True)),
    ("Event", lambda: event.wait()),
    ("WaitQueue", lambda: queue.wait()),
    ("Task", lambda: t),
):
    try:
        waits(make()).send(None)
        print(name, "accepted")
    except RuntimeError as er:
        print(name, "loop" in str(er) or "task" in str(er))
print(len(queue))


async def main():
    await asyncio.sleep_ms(1)
    await t
    print("goes on")


asyncio.run(main())
