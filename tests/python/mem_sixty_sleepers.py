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
    return taken


# What the stack holds of before is written over: the collector would take it for references.
def scrub(n):
    a, b, c, d, e, f, g, h = range(n, n + 8)
    if n:
        scrub(n - 1)


def used():
    scrub(12)
    gc.collect()
    return gc.mem_alloc()


# In a function: what the frame of the module used last stays on its stack.
def run():
    return asyncio.run(main())


# A collector that takes all for references keeps now and then something by chance, and lets it go in a later round. So the
# lowest of three rounds counts, against that of the three before. Of what is not let go each round leaves some.
def round():
    woken[:] = [0] * N
    taken = run()
    if sum(woken) != N * ROUNDS or early:
        print("woken", sum(woken), "early", early)
    return taken <= 30 * WORD * N


run()  # what the first run makes for good
print("woken", sum(woken), "early", early)
few = False
levels = []
for _ in range(6):
    few = round() or few
    levels.append(used())
print("30 words a task are enough:", few)
print("kept less than a word a task:", min(levels[3:]) - min(levels[:3]) < WORD * N)
