# Producers and consumers, with a queue that is never longer than 4.
#
# put() waits while the queue is full: who is too fast is slowed down. shutdown() says that no more comes: the consumers
# empty the queue, then QueueShutDown ends them.
import asyncio_priority as asyncio


async def produce(name, queue, ms, times):
    for n in range(times):
        await queue.put((name, n))
        await asyncio.sleep_ms(ms)


async def consume(name, queue):
    count = 0
    try:
        while True:
            item = await queue.get()
            print(name, "has", *item)
            await asyncio.sleep_ms(30)
            count += 1
            queue.task_done()
    except asyncio.QueueShutDown:
        print(name, "had", count)


async def main():
    queue = asyncio.Queue(4)
    async with asyncio.TaskGroup() as consumers:
        consumers.create_task(consume("one", queue))
        consumers.create_task(consume("two", queue))
        async with asyncio.TaskGroup() as producers:
            producers.create_task(produce("fast", queue, 5, 6))
            producers.create_task(produce("slow", queue, 40, 3))
        print("all is put,", queue.qsize(), "wait")
        await queue.join()
        print("all is done")
        queue.shutdown()


asyncio.run(main())
