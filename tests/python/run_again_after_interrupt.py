# KeyboardInterrupt, SystemExit and the like leave the loop at once; nothing that was queued is
# lost, and the loop can be run again.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def ticker(name, aw, n):
    for _ in range(n):
        await aw()
        print(clock(), name)


async def raises(er):
    await asyncio.sleep_ms(25)
    raise er


async def last():
    await asyncio.sleep_ms(25)
    print(clock(), "last")


flag = False


def condition():
    return flag


async def waiter():
    await asyncio.when(condition)
    print(clock(), "when")


def callback():
    raise KeyboardInterrupt


def interrupted(f, *args):
    try:
        f(*args)
    except BaseException as er:
        print(clock(), type(er).__name__, loop.is_running())


asyncio.create_task(ticker("normal", lambda: asyncio.sleep_ms(10), 12))
asyncio.create_task(ticker("low", lambda: asyncio.after_ms(20), 6))
asyncio.create_task(waiter())
event = asyncio.Event()
asyncio.create_task(ticker("event", event.wait, 1))
loop.call_later_ms(95, print, "callback")

interrupted(asyncio.run, raises(KeyboardInterrupt))  # in the main task
asyncio.create_task(raises(SystemExit))
interrupted(loop.run_forever)  # in another task
loop.call_later_ms(25, callback)
interrupted(loop.run_forever)  # in a callback
flag = True
event.set()
asyncio.run(last())
asyncio.run(last())
