# Semaphore and BoundedSemaphore: as many at a time as there are, in the order of asking; what a
# cancelled task was handed goes to the next.
import asyncio_priority as asyncio
from asyncio_priority import LOW, BoundedSemaphore, Semaphore
from uasyncio_priority import _mock_clock as clock


async def user(s, name, ms):
    try:
        async with s:
            print(name, "in")
            await asyncio.sleep_ms(ms)
        print(name, "out")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def settle():
    for _ in range(5):
        await asyncio.sleep_ms(0)


async def main():
    s = Semaphore(2)
    print(s.locked(), await s.acquire(), s.locked(), await s.acquire(), s.locked())
    s.release()
    s.release()
    s.release()  # one more than there were
    print(s.locked(), await s.acquire(), await s.acquire(), await s.acquire(), s.locked())
    for _ in range(2):
        s.release()
    for t in [asyncio.create_task(user(s, n, 10)) for n in "abcde"]:
        await t

    print("-- cancel")
    s = Semaphore(0)
    tasks = [asyncio.create_task(user(s, n, 0)) for n in "abcd"]
    await settle()
    tasks[0].cancel()  # it was handed nothing
    await settle()
    s.release()
    print("handed over", s.locked())
    tasks[1].cancel()  # it was handed the release
    await settle()
    print(s.locked())
    tasks = [asyncio.create_task(user(s, n, 10)) for n in "ef"]
    await settle()
    for t in tasks:
        t.cancel()
    await settle()
    print(s.locked())
    for n in range(3):
        await s.acquire()
        s.release()

    print("-- nobody overtakes")
    s = Semaphore(1)
    await s.acquire()
    t = asyncio.create_task(user(s, "waits", 0))
    await settle()
    s.release()
    print(s.locked())
    await s.acquire()
    print("me")
    s.release()
    await t

    print("-- at low level")
    s = Semaphore(0, LOW)
    t = asyncio.create_task(user(s, "low", 0))
    await settle()
    s.release()
    asyncio.create_task(user(Semaphore(), "normal", 0))
    while not t.done():
        await asyncio.sleep_ms(1)  # to await it would make it as urgent as this task

    print("-- errors")
    s = BoundedSemaphore(1)
    async with s:
        print(s.locked())
    try:
        s.release()
    except ValueError as er:
        print("ValueError:", er)
    tasks = [asyncio.create_task(user(s, n, 0)) for n in "abc"]
    await asyncio.sleep_ms(0)
    tasks[1].cancel()
    await settle()
    print(s.locked(), isinstance(s, Semaphore))
    for cls in (Semaphore, BoundedSemaphore):
        try:
            cls(-1)
        except ValueError as er:
            print("ValueError:", er)
    try:
        await asyncio.wait_for_ms(Semaphore(0).acquire(), 5)
    except asyncio.TimeoutError:
        print("TimeoutError")


clock(0)  # those who sleep for as long wake at the same tick
asyncio.run(main())
