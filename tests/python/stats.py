# loop.stats() counts exactly: steps, the time that they took, how late they began, by task and by level.
import sys

import asyncio_priority as asyncio

try:
    asyncio.Loop.stats
    asyncio._mock_clock
except AttributeError:
    print("SKIP: only where what shows what the loop does is built in")
    raise SystemExit

loop = asyncio.get_event_loop()


def takes(ms):
    asyncio._mock_clock(asyncio._mock_clock() + ms)


async def blocker():
    await asyncio.sleep_ms(10)  # due at 110, the same as `sleeper`
    takes(50)
    await asyncio.sleep_ms(1000)


async def sleeper():
    for _ in range(3):
        await asyncio.sleep_ms(10)
        takes(1)


async def low():
    for _ in range(2):
        await asyncio.after_ms(10)
        takes(2)


async def main():
    tasks = [asyncio.create_task(c()) for c in (blocker, sleeper, low)]
    await tasks[1]
    await tasks[2]
    return tasks


def show(stats):
    for name in ("us", "idle_us", "passes", "callbacks", "gap_us"):
        print(name, stats[name])
    for level in stats["levels"]:
        print([level[name] for name in ("steps", "us", "longest_us", "late")])
    for task in sorted(stats["tasks"], key=lambda task: -task["us"]):
        print(
            [task[name] for name in ("name", "steps", "us", "longest_us", "late")],
            task["where"] and task["where"].split("/")[-1],
        )


asyncio._mock_clock(100)
print(loop.stats())
try:
    asyncio.top()
except RuntimeError as er:
    print(er)
loop.stats(True)
asyncio._mock_clock(107)  # no run: it is not counted
show(loop.stats())
asyncio._mock_clock(100)
keep = loop.run_until_complete(main())
stats = loop.stats()
show(stats)
assert stats["tasks"][0]["task"] in keep
# What a level's steps took and the idle time are all there is, but for passes that run nothing.
assert stats["us"] >= sum(level["us"] for level in stats["levels"]) + stats["idle_us"]


# Counted anew, inside of a run; and the step that says so is not.
async def anew():
    takes(5)
    loop.stats(True)
    takes(5)
    await asyncio.sleep_ms(0)
    takes(3)
    await asyncio.sleep_ms(0)
    show(loop.stats())
    loop.stats(False)
    takes(5)
    await asyncio.sleep_ms(0)
    return loop.stats()


print(loop.run_until_complete(anew()))


# A step that ends in an exception counts, and one that ends the run.
async def fails():
    takes(4)
    raise ValueError


async def ends():
    await asyncio.sleep_ms(0)
    takes(6)
    raise SystemExit


loop.stats(True)
loop.set_exception_handler(lambda loop, context: print(repr(context["exception"])))
failing = loop.create_task(fails())
ending = loop.create_task(ends())
loop.call_soon(takes, 7)
try:
    loop.run_forever()
except SystemExit:
    print("SystemExit")
show(loop.stats())
loop.stats(False)
print(loop.stats())

# The us wrap at 2^32.
asyncio._mock_clock(4294960)
loop.stats(True)


async def wraps():
    for _ in range(3):
        await asyncio.sleep_ms(5)
        takes(5)


loop.run_until_complete(wraps())
print(loop.stats()["us"], loop.stats()["idle_us"], loop.stats()["gap_us"])

# The table: names, shares, and the line. Where the file is depends on who runs it.
sys.modules["_asyncio_top"].print = lambda line: print(line.replace("tests/python/", "").rstrip())
asyncio._mock_clock(0)
asyncio.new_event_loop()
loop.stats(True)
del keep, stats


async def table():
    slow = asyncio.create_task(blocker(), name="the blocker")
    await asyncio.sleep_ms(100)
    asyncio.top()
    slow.cancel()


loop.run_until_complete(table())
loop.stats(False)
