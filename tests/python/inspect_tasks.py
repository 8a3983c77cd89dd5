# tasks(): the table of who is there, from inside the loop and while it rests; with the lines of the coroutines.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info

clock(0)


async def sleeper(ms):
    await asyncio.sleep_ms(ms)


async def outer(ms):
    await sleeper(ms)


async def logger(lock):
    async with lock:
        await asyncio.sleep_ms(50)


async def sensor(lock):
    async with lock:
        pass


# async
def native_free():
    yield from sleeper(70)


async def main(rest):
    lock = asyncio.Lock()
    asyncio.create_task(logger(lock), asyncio.LOW)
    await asyncio.after_ms(0)
    tasks = [
        asyncio.create_task(sleeper(20)),
        asyncio.create_task(outer(30), name="the outer one"),
        asyncio.create_task(sensor(lock), asyncio.HIGH),
        asyncio.create_task(native_free()),
        asyncio.create_task(asyncio.Event().wait()),
    ]
    await asyncio.sleep_ms(5)
    asyncio.create_task(sleeper(1))
    tasks[0].cancel()
    asyncio.tasks()
    print(_task_info(tasks[4]), _task_info(asyncio.current_task())[:6])
    await asyncio.sleep_ms(rest)
    return tasks


tasks = asyncio.run(main(1))
print("it rests")
clock(30)
asyncio.tasks()
asyncio.new_event_loop()
asyncio.tasks()
for wrong in (None, 1, "main"):
    try:
        _task_info(wrong)
    except TypeError as er:
        print(er)
