# A condition that ends the wait of its own task, and raises then: the exception handler hears of it.
import asyncio_priority as asyncio


def handler(loop, context):
    print("handler:", repr(context["exception"]), context["future"])


def condition():
    task.cancel()
    raise ValueError("nobody waits")


async def waits():
    try:
        await asyncio.when(condition)
    except asyncio.CancelledError:
        print("cancelled")


async def main():
    global task
    asyncio.get_event_loop().set_exception_handler(handler)
    task = asyncio.create_task(waits())
    await task
    print("done")


asyncio.run(main())
