# The run ends with the very step after which a task is to go on: the next run goes on with it.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, stop_loop

clock(0)
loop = asyncio.get_event_loop()


def bare():
    stop_loop("stopped")
    yield


def number():
    stop_loop("stopped")
    yield 0


async def sleep_0():
    stop_loop("stopped")
    await asyncio.sleep_ms(0)


async def sleep_1():
    stop_loop("stopped")
    await asyncio.sleep_ms(1)


async def after_0():
    stop_loop("stopped")
    await asyncio.after(0)


async def condition():
    await asyncio.when(lambda: stop_loop("stopped") or True)


async def joins():
    stop_loop("stopped")
    await asyncio.create_task(asyncio.sleep_ms(0))


async def tells(f):
    await f()
    done.append("task")


done = []
for f in (bare, number, sleep_0, sleep_1, after_0, condition, joins):
    done.clear()
    t = asyncio.create_task(tells(f))
    loop.call_later_ms(5, done.append, "callback")
    print(f.__name__, loop.run_forever(), done, t.done(), end=" ")
    asyncio.run_until_complete()
    print(done, t.done())
