# overdue.py  A limit to how long low priority may be kept waiting.
#
# One coro never waits for anything, so low priority has no turn of its own. Another asks for one
# every 100 ms at low priority: for 10 s with max_overdue_ms(1000), then for 10 s without a limit.
#
#   import overdue     runs it
#
# Expect: 9 runs in the first 10 s (100 ms, and then 1 s overdue: one in 1.1 s), none after that.
# Does not run on stock asyncio, which has no low priority.

import uasyncio as asyncio

if not hasattr(asyncio, "after_ms"):
    raise ImportError("this uasyncio has no low priority")

runs = 0


async def busy():
    while True:
        await asyncio.sleep(0)


async def low():
    global runs
    while True:
        await asyncio.after_ms(100)
        runs += 1
        print("LP task runs.")


async def run(loop):
    global runs
    loop.create_task(busy())
    loop.create_task(low())
    for limit, expected in ((1000, 9), (0, 0)):
        loop.max_overdue_ms(limit)
        runs = 0
        print("Max overdue {}ms. Test runs for 10s.".format(limit))
        await asyncio.sleep(10)
        print("LP task was scheduled {} times: (should be {})".format(runs, expected))


loop = asyncio.get_event_loop()
try:
    loop.run_until_complete(run(loop))
finally:
    asyncio.new_event_loop()  # drops busy() and low()
