# new_event_loop() inside the loop: all that is queued is dropped, the step goes on to its end or its next wait, and the run
# returns. What was made after it is of the new loop.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def other(name="other"):
    print(name)
    await asyncio.sleep_ms(50)
    print("never")


async def goes_on(wait):
    asyncio.create_task(other())
    await asyncio.sleep_ms(5)
    asyncio.create_task(other("never"))
    handle = loop.call_soon(print, "never")
    print(asyncio.new_event_loop() is loop, handle.cancel())
    after = asyncio.create_task(asyncio.sleep_ms(1))
    print("the step goes on")
    if wait:
        await wait()
        print("never")
    return after


async def nothing():
    await asyncio.sleep_ms(200)
    return "the next run"


event = asyncio.Event()
lock = asyncio.Lock()
for wait in (
    None,
    lambda: asyncio.sleep_ms(0),
    lambda: asyncio.sleep_ms(10),
    lambda: asyncio.after_ms(10),
    event.wait,
    lock.acquire,
    lambda: asyncio.when(lambda: True),
    lambda: asyncio.create_task(nothing()),
):
    event.clear()
    asyncio.run(lock.acquire())
    got = asyncio.run(goes_on(wait))
    print("--", "a Task" if isinstance(got, asyncio.Task) else got, loop.is_running())
    event.set()
    lock.release()
    print(asyncio.run(nothing()), len(asyncio.all_tasks()), lock.locked())


# By others than the main task: a task, a callback, a condition, the handler, a yielded call. The run returns None.
def drops():
    print("drops")
    asyncio.new_event_loop()


class Call:
    handle = drops


class Handles:
    def handle(self):
        drops()


async def in_task():
    drops()
    print("the step goes on")


async def in_condition():
    await asyncio.when(drops)
    print("never")


async def raises(error):
    raise error


async def in_yield():
    asyncio.create_task(yields())


def yields():
    yield Handles()
    print("never")


def handler(loop, context):
    print(repr(context["exception"]))
    drops()


loop.set_exception_handler(handler)
for how in (
    lambda: asyncio.create_task(in_task()),
    lambda: loop.call_soon(drops),
    lambda: asyncio.create_task(in_condition()),
    lambda: asyncio.create_task(raises(ValueError(1))),
    lambda: asyncio.create_task(yields()),
):

    async def main():
        how()
        await asyncio.sleep_ms(20)
        print("never")

    print("--", asyncio.run(main()))
    print(asyncio.run(nothing()), len(asyncio.all_tasks()))


# With an error, or an interrupt, in that very step.
async def fails(error):
    asyncio.new_event_loop()
    raise error


for error in (ValueError(2), KeyboardInterrupt(), asyncio.CancelledError()):
    try:
        asyncio.run(fails(error))
    except BaseException as e:
        print("--", repr(e))
    print(asyncio.run(nothing()))


# run_forever() too.
loop.create_task(in_task())
loop.create_task(other("never"))
print("--", loop.run_forever())
print(asyncio.run(nothing()))


# A lock that is on its way to the task that drops the loop is free.
async def gets_it():
    task = asyncio.create_task(takes())
    await asyncio.sleep_ms(0)
    lock.release()
    await asyncio.sleep_ms(10)
    print("never")


async def takes():
    await lock.acquire()
    lock.release()
    asyncio.new_event_loop()


asyncio.run(lock.acquire())
asyncio.run(gets_it())
print(lock.locked())
