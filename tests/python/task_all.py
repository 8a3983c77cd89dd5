# all_tasks(): those that have not ended, and no garbage.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


async def work(ms=10):
    await asyncio.sleep_ms(ms)


def names():
    return sorted(t.get_name() for t in asyncio.all_tasks())


async def waits(event):
    await event.wait()


# Many, so that the collector finds no trace of one on the stack.
def garbage():
    for _ in range(20):
        asyncio.create_task(waits(asyncio.Event()), name="garbage")


async def main():
    asyncio.current_task().set_name("main")
    event = asyncio.Event()
    asyncio.create_task(work(), name="sleeps")
    asyncio.create_task(asyncio.after_ms(10), name="low")
    asyncio.create_task(waits(event), name="waits")
    asyncio.create_task(asyncio.when(lambda: clock() > 5), name="asks")
    cancelled = asyncio.create_task(work(), name="cancelled")
    asyncio.create_task(work(0), name="ends")
    never = asyncio.Task(work())
    never.set_name("never")
    print(type(asyncio.all_tasks()).__name__, names())
    garbage()
    await asyncio.sleep_ms(1)
    cancelled.cancel()
    await asyncio.sleep_ms(1)
    left = names()
    print([name for name in left if name != "garbage"], left.count("garbage") < 10)
    event.set()
    await asyncio.sleep_ms(20)
    left = names()
    print([name for name in left if name != "garbage"])
    asyncio.create_task(work(), name="left")


asyncio.run(main())
print([name for name in names() if name != "garbage"])
asyncio.new_event_loop()
print(names())
