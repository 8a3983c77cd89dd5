# The lock of uasyncio V2, of 2017: it parks by `yield False`, and wakes by call_soon(coroutine).
import uasyncio as asyncio
from synchro import Lock

lock = Lock()
order = []


async def worker(name, ms):
    await lock.acquire()
    order.append(name)
    await asyncio.sleep_ms(ms)
    order.append(name)
    lock.release()


async def main():
    for n in range(4):
        asyncio.create_task(worker(n, 4 - n))
    await asyncio.sleep_ms(50)


asyncio.run(main())
print(order, lock.locked)
