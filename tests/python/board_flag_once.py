# A flag is set, and an interrupt sets it again at every instant of its task's way: before the task has it, the two are one;
# behind, they are two. There is one border between the two: none is seen twice or never.
try:
    import pyb

    pyb.alarm_set
except (ImportError, AttributeError):
    print("SKIP: no interrupts at chosen instants on this port")
    raise SystemExit

import asyncio_priority as asyncio

MASK = 0x3FFFFFFF
flag = asyncio.ThreadSafeFlag()
seen = line = 0


async def waits():
    global seen, line
    while True:
        await flag.wait()
        if not seen:
            line = pyb.counts()
        seen += 1


async def once(offset):
    global seen
    seen = 0
    if offset:
        pyb.alarm_set(offset, flag)
    start = pyb.counts()
    flag.set()
    await asyncio.sleep_ms(3)
    return (line - start) & MASK


async def main():
    task = asyncio.create_task(waits())
    await asyncio.sleep_ms(1)
    way = await once(0)
    found = []
    for n in range(300):
        await once(1 + n * way // 100)
        lead = (line - pyb.set_at()) & MASK
        found.append((lead - (MASK + 1) if lead > MASK // 2 else lead) * 4 + seen)
    task.cancel()
    found.sort(reverse=True)  # the earliest interrupts first
    for n in range(300):
        found[n] &= 3
    ones = found.count(1)
    print(ones > 25, 300 - ones > 25, found == [1] * ones + [2] * (300 - ones))


asyncio.run(main())
