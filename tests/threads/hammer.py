# Four threads do what may be done from any of them, as fast as they can, while the loop runs, works and goes idle: each
# call arrives once and in its thread's order, each flag that was set is seen, also where the mailbox is full. hammer.py CALLS
import sys
import _thread
import micropython
import asyncio_priority as asyncio

EACH = int(sys.argv[1])
THREADS = range(4)
loop = asyncio.get_event_loop()
soon = [-1] * 4  # the last call of each thread
bare = [0] * 4  # calls without arguments
scheduled = [0] * 4
refused = [0] * 4
wrong = 0
ended = [False] * 4
flags = [asyncio.ThreadSafeFlag() for _ in THREADS]
sets = [0] * 4  # how often each flag was set, and what its task saw of that
seen = [0] * 4
worked = 0


def called(thread, n):
    global wrong
    if n != soon[thread] + 1:
        wrong += 1
    soon[thread] = n


def counts(thread):
    def call():
        bare[thread] += 1

    return call


def by_schedule(thread):
    scheduled[thread] += 1


def hammer(thread):
    call = counts(thread)
    for n in range(EACH):
        loop.call_soon_threadsafe(called, thread, n)
        loop.call_soon_threadsafe(call)
        sets[thread] = n + 1
        flags[thread].set()
        if n % 5 == 0:
            try:
                micropython.schedule(by_schedule, thread)
            except RuntimeError:  # its queue is full
                refused[thread] += 1
    ended[thread] = True


async def waits(thread):
    # Whatever was set before a wait ends is seen behind it.
    while seen[thread] < EACH:
        await flags[thread].wait(priority=thread % 2 == 1)
        seen[thread] = sets[thread]


async def works():
    global worked
    while not all(ended):
        worked += 1
        await asyncio.sleep_ms(worked % 3)


async def main():
    tasks = [asyncio.create_task(waits(thread)) for thread in THREADS]
    tasks.append(asyncio.create_task(works()))
    for thread in THREADS:
        _thread.start_new_thread(hammer, (thread,))
    for task in tasks:
        await task
    while min(soon) < EACH - 1 or min(bare) < EACH:
        await asyncio.sleep_ms(1)
    for _ in range(100):
        await asyncio.sleep_ms(0)  # were there a call too many, it would come


def handler(loop, context):
    # A flag whose post did not fit is found all the same, and said to be lost.
    if "mailbox was full" not in str(context["exception"]):
        print(context)


loop.set_exception_handler(handler)
asyncio.run(main())
print("soon", [n + 1 for n in soon], "out of order", wrong)
print("bare", bare)
print("seen", seen)
print("scheduled", [a + b for a, b in zip(scheduled, refused)])
