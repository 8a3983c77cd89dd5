# A flag set from another thread ends the loop's idle wait at once, and no set is lost.
import sys

if sys.platform != "linux":
    print("SKIP: needs threads, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import _thread
import time


async def main():
    flag = asyncio.ThreadSafeFlag()

    def late():
        time.sleep_ms(50)
        flag.set()

    # Nothing else is due: only the flag ends this wait.
    for _ in range(5):
        start = time.ticks_ms()
        _thread.start_new_thread(late, ())
        await flag.wait()
        print(time.ticks_diff(time.ticks_ms(), start) >= 49)

    n = 2000
    go = _thread.allocate_lock()
    go.acquire()
    ended = []

    def answer():
        for _ in range(n):
            go.acquire()
            flag.set()
        ended.append(True)

    _thread.start_new_thread(answer, ())
    for _ in range(n):
        go.release()
        await flag.wait()
    while not ended:
        await asyncio.sleep_ms(1)
    print(n)


asyncio.run(main())
