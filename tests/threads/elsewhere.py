# The loop waits without end in another thread than the main one, which does something else and does not get to a callback
# that is scheduled: that is no reason for the loop to stay awake. Whoever starts this sees to it that both sleep, and sends a line.
import _thread
import micropython
import sys
import time

import asyncio_priority as asyncio

ran = []
flag = asyncio.ThreadSafeFlag()
over = _thread.allocate_lock()
over.acquire()


async def waits():
    micropython.schedule(ran.append, True)
    print("waits")
    await flag.wait()


def thread():
    asyncio.run(waits())
    over.release()


_thread.start_new_thread(thread, ())
sys.stdin.readline()
flag.set()
over.acquire()
while not ran:
    time.sleep_ms(1)
print("over")
