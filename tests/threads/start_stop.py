# Two threads, one of them the main thread that imported the loop, call into it while a third one runs it again and
# again, for a step or for a ms: each call arrives once and in its thread's order. start_stop.py CALLS
import _thread
import sys

import asyncio_priority as asyncio

EACH = int(sys.argv[1])
loop = asyncio.get_event_loop()
last = [-1] * 2
wrong = runs = 0
over = _thread.allocate_lock()
over.acquire()


def called(thread, n):
    global wrong
    if n != last[thread] + 1:
        wrong += 1
    last[thread] = n


def calls(thread):
    for n in range(EACH):
        while True:
            try:
                loop.call_soon_threadsafe(called, thread, n)
                break
            except RuntimeError:
                pass  # the mailbox is full and the loop does not run
    if thread == 0:
        over.acquire()


async def main(n):
    await asyncio.sleep_ms(n)


def run():
    global runs
    while min(last) < EACH - 1:
        runs += 1
        asyncio.run(main(runs % 3 // 2))
    asyncio.run(main(1))  # were there a call too many, it would come
    over.release()


_thread.start_new_thread(calls, (1,))
_thread.start_new_thread(run, ())
calls(0)
print([n + 1 for n in last], "out of order", wrong, "runs", runs > 10)
