# A queue: a producer, and two that consume
import asyncio_priority as asyncio

queue = asyncio.Queue(2)


async def producer():
    for n in range(6):
        await queue.put(n)
    await queue.join()


async def consumer(name):
    while True:
        item = await queue.get()
        print(name, "has", item)
        await asyncio.sleep_ms(20)
        queue.task_done()


async def main():
    for name in "ab":
        asyncio.create_task(consumer(name))
    await producer()
    print("all are done")


asyncio.run(main())
