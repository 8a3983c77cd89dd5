# An exception that leaves a task nobody waits for goes to the exception handler, with V3's context;
# the loop goes on. A cancelled task is no such case.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)

loop = asyncio.get_event_loop()


def handler(loop_, context):
    print(loop_ is loop, context["message"])
    print(repr(context["exception"]), context["future"] is task)


def bad_handler(loop, context):
    raise RuntimeError("from the handler")


async def fails():
    raise ValueError("from the task")


async def sleeps():
    await asyncio.sleep_ms(100)


async def main():
    global task
    print(loop.get_exception_handler())
    loop.set_exception_handler(handler)
    print(loop.get_exception_handler() is handler)
    task = asyncio.create_task(fails())
    await asyncio.sleep_ms(1)
    print(task.done())

    # Somebody who asks in time gets it instead.
    task = asyncio.create_task(fails())
    try:
        await task
    except ValueError:
        print("joined")

    task = asyncio.create_task(sleeps())
    await asyncio.sleep_ms(1)
    task.cancel()
    await asyncio.sleep_ms(1)

    loop.call_exception_handler({"message": "by hand", "exception": None, "future": task})
    loop.set_exception_handler(None)
    print(loop.get_exception_handler())
    print("goes on")


asyncio.run(main())
