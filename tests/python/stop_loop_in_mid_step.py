# A step that puts its own task into a queue, and is the last before stop_loop(): the task stays there.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import WaitQueue, _mock_clock as clock, stop_loop

clock(0)
loop = asyncio.get_event_loop()
queue = WaitQueue()


def steps():
    queue.push(asyncio.current_task())
    micropython.schedule(stop_loop, "stopped")
    yield
    print(clock(), "goes on")


asyncio.create_task(steps())
print(loop.run_forever())
asyncio.run(asyncio.sleep_ms(10))
print(clock(), len(queue))
queue.wake()
asyncio.run(asyncio.sleep_ms(10))
