# An interrupt at every instant between a task's wait and the processor's sleep, and past it: 10000 of them. Each
# wakes its task once, and long before the tick that would end the sleep anyway. A condition that an interrupt
# makes true without a word to the loop is seen by that tick at the latest.
try:
    import pyb

    pyb.alarm_set
except (ImportError, AttributeError):
    print("SKIP: no interrupts at chosen instants on this port")
    raise SystemExit

import asyncio_priority as asyncio

EACH = 2500
MASK = 0x3FFFFFFF
MS = 1000 * pyb.COUNTS_PER_US


class Count:
    sets = wakes = late = early = 0
    longest = 0


async def busy(run):
    while run[0]:
        await asyncio.sleep_ms(0)


async def flags(flag, wait, offsets, count):
    last = pyb.set_at()
    for offset in offsets:
        pyb.alarm_set(offset, flag)
        await wait()
        now = pyb.counts()
        at = pyb.set_at()
        count.sets += 1
        count.wakes += at != last  # an interrupt of its own
        last = at
        late = (now - at) & MASK
        count.early += late > MASK // 2
        count.longest = max(count.longest, late)
    # None is left over.
    try:
        await asyncio.wait_for_ms(flag.wait(), 3)
        count.early += 1
    except asyncio.TimeoutError:
        pass


async def calls(offsets, count):
    done = asyncio.Event()
    at = came = 0
    loop = asyncio.get_event_loop()
    soon = loop.call_soon_threadsafe

    def called():
        nonlocal came
        came = pyb.counts()
        done.set()

    def interrupt(_):
        nonlocal at
        at = pyb.counts()
        soon(called)

    for offset in offsets:
        came = 0
        done.clear()
        pyb.alarm(offset, interrupt)
        await done.wait()
        count.sets += 1
        count.wakes += came != 0
        count.longest = max(count.longest, (came - at) & MASK)


async def conditions(offsets, count):
    at = 0

    def interrupt(_):
        nonlocal at
        at = pyb.counts()

    def came():
        return at

    for offset in offsets:
        at = 0
        pyb.alarm(offset, interrupt)
        await asyncio.when(came)
        now = pyb.counts()
        count.sets += 1
        count.wakes += at != 0
        count.longest = max(count.longest, (now - at) & MASK)


async def span(flag):
    # How long it takes from the alarm to the sleep and back, twice: what is to be swept.
    begin = pyb.counts()
    for _ in range(8):
        pyb.alarm_set(1, flag)
        await flag.wait()
    return ((pyb.counts() - begin) & MASK) // 4


def swept(to):
    return (1 + i * to // EACH for i in range(EACH))


async def main():
    flag = asyncio.ThreadSafeFlag()
    # Instead of an interrupt that is missed, the tick would end the sleep.
    for name, beside, run in (
        ("flag, idle", 0, lambda to, c: flags(flag, flag.wait, swept(to), c)),
        (
            "flag, high, beside two ready tasks",
            2,
            lambda to, c: flags(flag, lambda: flag.wait(priority=True), swept(to), c),
        ),
        ("call_soon_threadsafe, idle", 0, lambda to, c: calls(swept(to), c)),
        ("when, idle", 0, lambda to, c: conditions(swept(to), c)),
    ):
        to = await span(flag)
        count = Count()
        running = [True]
        tasks = [asyncio.create_task(busy(running)) for _ in range(beside)]
        await run(to, count)
        running[0] = False
        await asyncio.gather(*tasks)
        limit = MS + MS // 8 if name.startswith("when") else MS // 8
        in_time = count.longest < limit or count.longest
        print(name, count.sets, count.wakes, count.early, in_time)


asyncio.run(main())
