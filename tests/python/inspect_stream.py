# A repr says what was so when it began, though it is printed to a stream of the program's that changes all of it meanwhile.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401
import gc
import io

clock(0)


async def waiter(what):
    await what


class Out(io.IOBase):
    def __init__(self, change):
        self.change = change
        self.said = b""

    def write(self, data):
        self.said += bytes(data)
        self.change()
        gc.collect()
        return len(data)


def show(what, change):
    out = Out(change)
    print(what, file=out, end="")
    print(out.said.decode())
    print("then", what)


async def main():
    event = asyncio.Event()
    for name in "abcdef":
        asyncio.create_task(waiter(event.wait()), name=name)
    await asyncio.sleep_ms(1)
    show(event, event.set)
    event.clear()
    await asyncio.sleep_ms(1)
    lock = asyncio.Lock()
    await lock.acquire()
    asyncio.create_task(waiter(lock.acquire()), name="w")
    await asyncio.sleep_ms(1)
    show(lock, lambda: lock.locked() and lock.release())
    lock = asyncio.Lock()
    await lock.acquire()
    waits = asyncio.create_task(waiter(lock.acquire()), name="w")
    await asyncio.sleep_ms(1)
    show(waits, lambda: waits.cancel() and waits.set_name("z"))
    await asyncio.sleep_ms(1)
    queue = asyncio.Queue(1)
    tasks = [asyncio.create_task(waiter(queue.get()), name="g%d" % i) for i in range(6)]
    await asyncio.sleep_ms(1)
    tasks.clear()
    show(queue, lambda: queue.full() or queue.put_nowait(0))
    show(asyncio.Loop, asyncio.new_event_loop)


asyncio.run(main())
print(asyncio.Loop)
