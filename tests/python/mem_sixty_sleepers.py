# 60 tasks that sleep are few, on an ESP8266's heap of 36 KB too: each takes little, wakes on time, and leaves nothing.
import asyncio_priority as asyncio
import gc
import sys
import time

N = 60
ROUNDS = 10
WORD = 4 if sys.maxsize <= 0x7FFFFFFF else 8

early = 0
woken = [0] * N


async def sleeper(n):
    global early
    sleep = asyncio.after_ms if n % 4 == 3 else asyncio.sleep_ms
    for i in range(ROUNDS):
        ms = 1 + (7 * n + 3 * i) % 20
        start = time.ticks_ms()
        await sleep(ms)
        early += time.ticks_diff(time.ticks_ms(), start) < ms
        woken[n] += 1


async def main():
    before = used()
    tasks = [asyncio.create_task(sleeper(n)) for n in range(N)]
    while min(woken) < 1:
        await asyncio.after_ms(1)  # not before those that are due
    taken = used() - before  # with the coroutines, and their place in the list
    await asyncio.gather(*tasks)
    print("woken", sum(woken), "early", early)
    return taken


def used():
    gc.collect()
    return gc.mem_alloc()


asyncio.run(main())  # what the first run makes for good
at_first = used()
woken[:] = [0] * N
taken = asyncio.run(main())
print("30 words a task are enough:", taken <= 30 * WORD * N)
print("kept less than a word a task:", used() - at_first < WORD * N)
