# can_meet(): random sets of turns that it says are met miss nothing, in the loop; those that it refuses are no worse than said.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401 - of diagnostics, as every()

for args in (
    ([],),
    ([(10, 3), (20, 3)],),
    ([(10, 3), (20, 8)],),
    ([(10, 3, 5), (20, 3)],),
    ([(10, 3), (20, 3)], 2),
    ([(10, 3), (20, 3)], 1),
    ([(10, 1)] * 8, 1),
    ([(11, 1)] * 8, 1),
    ([(100, 2.5), (100, 97.5)],),
):
    print(args, asyncio.can_meet(*args))
for args in (([(0, 1)],), ([(5, -1)],), ([("5", 1)],), ([(5, 1, -1)],), ([(5, 1)], -1)):
    try:
        print(asyncio.can_meet(*args))
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)

seed = 1


def random(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
    return (seed >> 12) % n


missed = 0


def handler(loop, context):
    global missed
    missed += 1


async def turns(phase, period, run, deadline):
    await asyncio.sleep_ms(phase)
    async for _ in asyncio.every(period, deadline):
        clock(clock() + run)


async def spins(block):
    while True:
        clock(clock() + block)
        await asyncio.sleep_ms(0)


async def of(turn_set, block, ms):
    for period, run, deadline in turn_set:
        asyncio.create_task(turns(random(period), period, run, deadline), asyncio.HIGH)
    if block:
        asyncio.create_task(spins(block))
    await asyncio.after_ms(ms)


asyncio.Loop.set_exception_handler(handler)
asyncio.Loop.max_overdue_ms(1)
met = refused = 0
while met < 40:
    n = 1 + random(9)
    block = random(3)
    turn_set = []
    for _ in range(n):
        period = 5 + random(80)
        turn_set.append((period, random(1 + 2 * period // (n + 1)), period - random(3)))
    if not asyncio.can_meet(turn_set, block):
        refused += 1
        continue
    met += 1
    clock(0)
    asyncio.run(of(turn_set, block, 700))
    asyncio.new_event_loop()
    if missed:
        print("missed", missed, turn_set, block)
        break
print(met, refused > 0, missed)
# It is told of those that are missed.
clock(0)
asyncio.run(of([(10, 6, 10), (10, 6, 10)], 0, 100))
print(missed > 0)
