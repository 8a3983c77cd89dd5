# Event and Lock can be subclassed.
import asyncio_priority as asyncio


class Counting(asyncio.Event):
    def __init__(self):
        super().__init__()
        self.count = 0

    def set(self):
        self.count += 1
        super().set()


class Named(asyncio.Lock):
    def __init__(self, name):
        super().__init__()
        self.name = name


async def main():
    event = Counting()
    asyncio.create_task(sets(event))
    print(await event.wait(), event.is_set(), event.count)
    lock = Named("lock")
    async with lock:
        print(lock.name, lock.locked())
    print(lock.locked())


async def sets(event):
    event.set()


asyncio.run(main())
