# loop.gc_idle(threshold): collects when the loop would sleep for longer than the last collection took, and enough was
# allocated since.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401
import gc

loop = asyncio.get_event_loop()
clock(0)
loop.gc_idle(2000)
gc.disable()


def garbage(n):
    for _ in range(n // 100):
        bytearray(100)


# How much more is free after a sleep than before. The table of the test is the same at both.
async def freed_by(ms):
    before = gc.mem_free()
    await asyncio.sleep_ms(ms)
    return gc.mem_free() - before > 3000


async def main():
    gc.collect()
    garbage(5000)
    print("enough", await freed_by(1000))
    garbage(500)
    print("too little", await freed_by(1000))
    garbage(5000)
    print("no idle", await freed_by(0))
    print("now", await freed_by(1000))
    garbage(5000)
    loop.gc_idle(None)
    print("off", await freed_by(1000))
    loop.gc_idle(1)
    gc.collect()
    t = clock()
    await asyncio.sleep_ms(30)
    print("it sleeps all the same", clock() - t)


asyncio.run(main())


# A wait that is not longer than the last collection took is not used for one.
async def slow():
    kept = []
    try:
        while True:
            kept.append([])
            kept[-1].append(kept)
            if len(kept) % 100 == 0 and gc.mem_free() < 12000:
                break
    except MemoryError:
        pass
    for _ in range(len(kept) // 3):
        kept.pop()
    took = loop.gc_idle(2000)
    print(took > 0, loop.gc_idle() == took)
    garbage(5000)
    print("too long", await freed_by(took // 1000))
    print("long enough", await freed_by(took // 1000 + 1))
    print(loop.gc_idle(None), loop.gc_idle())


asyncio.run(slow())
gc.enable()
for wrong in ("1", 0, -1, 1.5):
    try:
        loop.gc_idle(wrong)
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
