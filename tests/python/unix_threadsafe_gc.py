# Threads leave calls for the loop while it collects garbage: the collector finds what was left meanwhile.
import sys

if sys.platform != "linux":
    print("SKIP: needs threads, which no board here has")
    raise SystemExit

import _thread
import asyncio_priority as asyncio
import gc
import time

loop = asyncio.get_event_loop()
N = 3
COLLECTIONS = 1500
EACH = 500  # calls of each thread, at least
left = [0] * N
ran = [0] * N
ended = [False] * N
enough = False


class Caller:
    def __init__(self, i):
        self.i = i

    def call(self, n):
        ran[self.i] += n


def thread(i):
    while not enough:
        # Nobody but the mailbox knows this object.
        loop.call_soon_threadsafe(Caller(i).call, 1)
        left[i] += 1
        while left[i] - ran[i] > 50:  # with a lock around all of Python nothing else holds it up
            time.sleep(0.001)  # sleep_ms() keeps the lock
    ended[i] = True


async def main():
    global enough
    for i in range(N):
        _thread.start_new_thread(thread, (i,))
    n = 0
    while not all(ended):
        gc.collect()
        # Who collects all the time lets nobody else have memory, for minutes if the system's lock is not fair.
        await asyncio.sleep_ms(0 if n % 4 else 1)
        n += 1
        enough = n >= COLLECTIONS and min(left) >= EACH
    for _ in range(20):
        await asyncio.sleep_ms(1)
    print("all ran" if ran == left else ("left", left, "ran", ran))


# Work for the collector between its look into the mailbox and its look at the threads.
def run():
    ballast = [[i] for i in range(8000)]
    asyncio.run(main())
    return ballast


run()
