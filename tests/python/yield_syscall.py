# A yielded object with a method handle() is a V2 SysCall: it does what it says, then the task goes
# on. V2's own sleep_ms(), after_ms() and when() were such objects, so `yield` of them waits too.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)


class Show(asyncio.SysCall1):
    def handle(self):
        print(clock(), self.arg, asyncio.current_task() is task)


class Sleep30(asyncio.SysCall):
    def handle(self):
        asyncio.get_event_loop().call_later_ms(30, asyncio.wake, asyncio.current_task())
        asyncio.current_task().data = self


async def main():
    global task
    task = asyncio.current_task()
    yield Show("handled")
    print(clock(), "goes on")
    yield Sleep30()
    print(clock(), "after Sleep30()")
    yield asyncio.sleep_ms(20)
    print(clock(), "after sleep_ms(20)")
    yield asyncio.after_ms(10)
    print(clock(), "after after_ms(10)")
    yield asyncio.when(lambda: clock() >= 65)
    print(clock(), "after when()")
    try:
        yield asyncio.SysCall1(0)
    except NotImplementedError:
        print("NotImplementedError")


asyncio.run(main())
