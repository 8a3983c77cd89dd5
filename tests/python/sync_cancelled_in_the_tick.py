# What was given goes to the next one, if who was woken for it is cancelled in the same tick, before its step: of every
# primitive, with one that waits behind and with nobody, and with two that are cancelled in a row.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock


async def waits(name, aw):
    try:
        got = await aw
        print(clock(), name, "has", got)
    except asyncio.CancelledError:
        print(clock(), name, "cancelled")


# A queue with no room, of which give() makes some.
def full():
    q = asyncio.Queue(1)
    q.put_nowait("old")
    return q


def kinds():
    lock = asyncio.Lock()
    semaphore = asyncio.Semaphore(0)
    bounded = asyncio.BoundedSemaphore(1)
    gets = asyncio.Queue()
    puts = full()
    event = asyncio.Event()
    flag = asyncio.ThreadSafeFlag()
    urgent = asyncio.ThreadSafeFlag()
    return (
        ("Lock", lock.acquire, lock.release, lock.locked),
        ("Semaphore", semaphore.acquire, semaphore.release, semaphore.locked),
        ("BoundedSemaphore", bounded.acquire, bounded.release, bounded.locked),
        ("get", gets.get, lambda: gets.put_nowait("item"), gets.qsize),
        ("put", lambda: puts.put("new"), puts.get_nowait, puts.qsize),
        ("Event", event.wait, event.set, event.is_set),
        ("flag", flag.wait, flag.set, lambda: "-"),
        ("urgent flag", lambda: urgent.wait(True), urgent.set, lambda: "-"),
    )


async def case(kind, n, cancelled, woken):
    name, wait, give, state = kind
    print("--", name, "cancelled", cancelled, "of", n, "woken" if woken else "")
    if name in ("Lock", "BoundedSemaphore"):
        await wait()  # so that there is something to give back
    tasks = [asyncio.create_task(waits("abc"[i], wait())) for i in range(n)]
    await asyncio.sleep_ms(5)
    give()
    if woken:
        # The flag's task is due now, and this one goes before it.
        await asyncio.sleep_ms(0)
    for t in tasks[:cancelled]:
        t.cancel()
    await asyncio.sleep_ms(5)
    print([t.done() for t in tasks], state())
    # Nobody has it yet: the next one need not wait.
    if cancelled == n:
        next_one = asyncio.create_task(waits("next", wait()))
        await asyncio.sleep_ms(5)
        print(next_one.done(), state())
    for t in tasks:
        t.cancel()


async def main():
    for n, cancelled in ((1, 1), (2, 1), (2, 2), (3, 2)):
        for kind in kinds():
            await case(kind, n, cancelled, False)
        await case(kinds()[6], n, cancelled, True)


clock(0)
asyncio.run(main())
