# Threads leave calls for the loop while it collects garbage: the collector finds what was left meanwhile.
import sys

if sys.platform != "linux":
    print("SKIP: needs threads, which no board here has")
    raise SystemExit

import _thread
import asyncio_priority as asyncio
import gc

loop = asyncio.get_event_loop()
N = 3
EACH = 2000
ran = [0] * N
ended = [False] * N


class Caller:
    def __init__(self, i):
        self.i = i

    def call(self, n):
        ran[self.i] += n


def thread(i):
    for n in range(EACH):
        # Nobody but the mailbox knows this object.
        loop.call_soon_threadsafe(Caller(i).call, 1)
    ended[i] = True


async def main():
    for i in range(N):
        _thread.start_new_thread(thread, (i,))
    while not all(ended):
        gc.collect()
        await asyncio.sleep_ms(0)
    for _ in range(20):
        await asyncio.sleep_ms(1)
    print(ran)


# Work for the collector between its look into the mailbox and its look at the threads.
def run():
    ballast = [[i] for i in range(8000)]
    asyncio.run(main())
    return ballast


run()
