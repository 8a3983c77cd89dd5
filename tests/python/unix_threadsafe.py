# Four threads call into the loop, and set flags that tasks wait for: every call arrives, in the order of
# its thread, and no task that waits for a flag is left waiting.
import sys

if sys.platform != "linux":
    print("SKIP: needs threads, which no board here has")
    raise SystemExit

import _thread
import asyncio_priority as asyncio

EACH = 500
loop = asyncio.get_event_loop()
last = [-1] * 4
wrong = 0
rounds = [0] * 4


def called(thread, n):
    global wrong
    wrong += n != last[thread] + 1
    last[thread] = n


def calls(thread):
    for n in range(EACH):
        loop.call_soon_threadsafe(called, thread, n)


class Lane:
    # A task and a thread that take turns, by a flag and a callback.
    def __init__(self, lane):
        self.lane = lane
        self.flag = asyncio.ThreadSafeFlag()
        self.lock = _thread.allocate_lock()

    def thread(self, n):
        for _ in range(n):
            self.lock.acquire()
            self.flag.set()

    async def task(self, n):
        self.lock.acquire()
        _thread.start_new_thread(self.thread, (n,))
        for _ in range(n):
            self.lock.release()
            await self.flag.wait(priority=self.lane & 1)
            rounds[self.lane] += 1


async def main():
    for thread in range(4):
        _thread.start_new_thread(calls, (thread,))
    while min(last) < EACH - 1:
        await asyncio.sleep_ms(1)
    print(last, wrong)
    await asyncio.gather(*[Lane(lane).task(EACH) for lane in range(4)])
    print(rounds)


asyncio.run(main())
