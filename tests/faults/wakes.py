# For tests/faults.py: a thread that ends idle waits of the loop, one by one.
import _thread
import time

import asyncio_priority as asyncio

N = 200
loop = asyncio.get_event_loop()
flag = asyncio.ThreadSafeFlag()
turn = 0  # of the thread, if it is odd
called = 0


def call():
    global called, turn
    called += 1
    turn += 1
    back.set()


def thread():
    global turn
    for n in range(N):
        while turn % 2 == 0:
            time.sleep_ms(1)
        time.sleep_ms(1)  # the loop is idle by then
        if n % 2:
            loop.call_soon_threadsafe(call)
        else:
            turn += 1
            flag.set()


async def main():
    global back, turn
    back = asyncio.Event()
    late = 0
    _thread.start_new_thread(thread, ())
    for n in range(N):
        turn += 1
        try:
            await asyncio.wait_for_ms(back.wait() if n % 2 else flag.wait(), 1000)
        except asyncio.TimeoutError:
            late += 1
        back.clear()
    print("called", called, "late", late)


asyncio.run(main())
