# 800 tasks sleep on a Pyboard's heap of 96 KB, all at once, again and again; and each wakes on time.
import asyncio_priority as asyncio
import gc
import time

N = 800
late = 0
woken = 0


async def sleeper(ms):
    global late, woken
    for _ in range(3):
        due = time.ticks_add(time.ticks_ms(), ms)
        await asyncio.sleep_ms(ms)
        # As many as sleep may be due at the same time.
        late = max(late, time.ticks_diff(time.ticks_ms(), due))
        woken += 1


async def main():
    for n in range(N):
        asyncio.create_task(sleeper(300 + n % 100))
    gc.collect()
    await asyncio.sleep_ms(250)
    print("woken", woken)
    await asyncio.sleep_ms(3000)
    print("woken", woken, "on time" if 0 <= late < 150 else late)


for _ in range(2):
    woken = 0
    asyncio.run(main())
    gc.collect()
