# A thread leaves calls faster than a busy loop gets to them: it is held up. held.py CALLS
import sys
import _thread
import asyncio_priority as asyncio

EACH = int(sys.argv[1])
MOST = 64  # what micropython-bindings/loop.c lets threads leave at a time
loop = asyncio.get_event_loop()
left = ran = most = steps = 0
ended = False


def called():
    global ran, most
    ran += 1
    most = max(most, left - ran)


def thread():
    global left, ended
    for _ in range(EACH):
        loop.call_soon_threadsafe(called)
        left += 1
    ended = True


async def works():
    global steps
    while not ended:
        steps += 1
        await asyncio.sleep_ms(0)


async def main():
    tasks = [asyncio.create_task(works()) for _ in range(10)]
    _thread.start_new_thread(thread, ())
    await asyncio.gather(*tasks)
    while ran < EACH:
        await asyncio.sleep_ms(1)


asyncio.run(main())
print("ran", ran, "most at a time within bounds:", most <= MOST, "tasks ran:", steps > 10)

# What is dropped with its loop, or cancelled, gives its place back: with ten each time, more than fit would be left.
over = _thread.allocate_lock()
over.acquire()
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
