# A thread leaves calls faster than a busy loop gets to them: it is held up. held.py CALLS
import sys
import time
import _thread
import asyncio_priority as asyncio

EACH = int(sys.argv[1])
MOST = 64  # what micropython-bindings/callbacks.c lets threads leave at a time
loop = asyncio.get_event_loop()
left = ran = most = row = longest = 0
ended = False


def called():
    global ran, most, row, longest
    ran += 1
    most = max(most, left - ran)
    row += 1
    longest = max(longest, row)


def thread():
    global left, ended
    for _ in range(EACH):
        loop.call_soon_threadsafe(called)
        left += 1
    ended = True


async def works():
    global row
    while not ended:
        row = 0
        await asyncio.sleep_ms(0)


async def main():
    tasks = [asyncio.create_task(works()) for _ in range(10)]
    _thread.start_new_thread(thread, ())
    await asyncio.gather(*tasks)
    while ran < EACH:
        await asyncio.sleep_ms(1)


asyncio.run(main())
print(
    "ran",
    ran,
    "left at a time, and between two steps of tasks, within bounds:",
    most <= MOST,
    longest <= MOST,
)

# A run ends with as many left as may be: the mailbox takes more, and the next run all of them.
left = ran = 0


def leaves_all():
    global left
    try:
        while True:
            loop.call_soon_threadsafe(called)
            left += 1
    except RuntimeError as e:
        print(e)
    over.release()


async def lags():
    asyncio.current_task().set_level(asyncio.HIGH)
    _thread.start_new_thread(leaves_all, ())
    time.sleep(0.01)
    while left - ran < MOST:  # each pass runs one of them, and makes room for one
        await asyncio.sleep_ms(0)
        time.sleep(0.01)


over = _thread.allocate_lock()
over.acquire()
asyncio.run(lags())
over.acquire()
print("more are left:", left - ran > MOST)
asyncio.run(asyncio.sleep_ms(20))
print("all ran:", left == ran)

# What is dropped with its loop, or cancelled, gives its place back: with ten each time, more than fit would be left.
handles = []


def leaves():
    handles[:] = [loop.call_soon_threadsafe(print, "not called") for _ in range(10)]
    over.release()


for _ in range(10):
    _thread.start_new_thread(leaves, ())
    over.acquire()
    loop = asyncio.new_event_loop()
    if any(handle.cancel() for handle in handles):
        print("dropped, and yet there")


async def cancels():
    for _ in range(10):
        _thread.start_new_thread(leaves, ())
        over.acquire()
        if not all(handle.cancel() for handle in handles):
            print("not there to be cancelled")
        await asyncio.sleep_ms(0)


asyncio.run(cancels())
print("dropped or cancelled: others fit")
