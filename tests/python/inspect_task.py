# repr(task): its name, what it does or waits for, since when or in how long it is due, its level and the one it inherited.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401
import io

clock(0)


class Device(io.IOBase):
    def ioctl(self, request, arg):
        return 0


async def sleeper(ms):
    await asyncio.sleep_ms(ms)


async def patient(ms):
    await asyncio.after_ms(ms)


async def logger(lock):
    async with lock:
        await asyncio.sleep_ms(50)


async def sensor(lock):
    async with lock:
        pass


async def waiter(what):
    await what


# async
def parked():
    yield False


async def raises():
    await asyncio.sleep_ms(1)
    raise ValueError("no")


async def nested():
    await asyncio.wait_for(sleeper(30), 1)


class It:
    def __iter__(self):
        return self

    def __next__(self):
        asyncio.current_task().data = self
        return None


async def main():
    print(asyncio.current_task())
    queue = asyncio.Queue(1)
    queue.put_nowait(0)
    lock = asyncio.Lock()
    device = asyncio.Stream(Device())
    low = asyncio.create_task(logger(lock), asyncio.LOW)
    await asyncio.after_ms(0)
    print(low)
    tasks = [
        asyncio.create_task(coro, level)
        for coro, level in (
            (sleeper(20), asyncio.HIGH),
            (patient(15), asyncio.NORMAL),
            (patient(16), asyncio.NORMAL),
            (sensor(lock), asyncio.HIGH),
            (waiter(asyncio.Event()), 1),
            (waiter(asyncio.ThreadSafeFlag()), 1),
            (waiter(asyncio.Semaphore(0)), 1),
            (waiter(queue.join()), 1),
            (waiter(asyncio.Queue()), 1),
            (waiter(queue.put(1)), 1),
            (waiter(asyncio.PriorityQueue()), 1),
            (waiter(asyncio.when(lambda: False)), 1),
            (waiter(device.read(1)), 1),
            (waiter(It()), 1),
            (parked(), 1),
            (nested(), 1),
            (raises(), 1),
            (asyncio.Event().wait(), 1),
        )
    ]
    print(tasks[0], asyncio.Task(sleeper(1)))
    tasks.append(asyncio.create_task(waiter(tasks[1]), name="it's"))
    clock(3)
    print(tasks[0])
    await asyncio.sleep_ms(1)
    for task in [low] + tasks:
        print(task)
    tasks[4].cancel()
    tasks[5].cancel()
    clock(7)
    print(tasks[4])
    await asyncio.sleep_ms(0)
    print(tasks[4], tasks[5].cancelled())
    clock(18)
    print(tasks[1])
    try:
        await tasks[-3]
    except ValueError:
        pass
    await asyncio.sleep_ms(20)
    for task in tasks[:2] + tasks[-3:]:
        print(task)
    print(str(tasks[0]), "{}".format(tasks[2]), tasks[-3].exception())
    asyncio.new_event_loop()
    print(tasks[3], tasks[12])


asyncio.run(main())
