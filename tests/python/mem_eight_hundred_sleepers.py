# 800 tasks sleep on a Pyboard's heap of 96 KB, all at once, again and again; and each wakes on time.
import asyncio_priority as asyncio
import gc
import sys
import time

N = 800
# As many as sleep may be due at the same time. Elsewhere than in QEMU other programs may hold this one up.
LATE = 150 if sys.platform == "qemu" else 20000
late = 0
woken = 0


async def sleeper(ms):
    global late, woken
    for _ in range(3):
        due = time.ticks_add(time.ticks_ms(), ms)
        await asyncio.sleep_ms(ms)
        late = max(late, time.ticks_diff(time.ticks_ms(), due))
        woken += 1


async def main():
    for n in range(N):
        asyncio.create_task(sleeper(300 + n % 100))
    gc.collect()
    await asyncio.sleep_ms(250)
    print("woken", woken)
    for _ in range(300):
        await asyncio.sleep_ms(100)
        if woken == 3 * N:
            break
    print("woken", woken, "on time" if 0 <= late < LATE else late)


for _ in range(2):
    woken = 0
    asyncio.run(main())
    gc.collect()
