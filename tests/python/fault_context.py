# An exception handler that empties what it is given, and ends the run without memory: the loop can be run again, and
# the next handler is given all of it.
import asyncio_priority as asyncio
import micropython


async def fails():
    raise ValueError("v")


end = SystemExit()


def handler(loop, context):
    context.clear()
    micropython.heap_lock()
    raise end


async def other(name):
    await asyncio.sleep_ms(1)
    print(name)


loop = asyncio.get_event_loop()
loop.set_exception_handler(handler)
loop.create_task(fails())
loop.create_task(other("queued before"))
e = None  # the heap is locked when it is caught: a new global would take memory
try:
    loop.run_forever()
except BaseException as e:  # noqa: F811
    micropython.heap_unlock()
    print(e is end)
print("running", loop.is_running())
asyncio.run(other("runs"))


def tells(loop, context):
    print(sorted(context), repr(context["exception"]))


async def main():
    loop.create_task(fails())
    await asyncio.sleep_ms(2)


loop.set_exception_handler(tells)
asyncio.run(main())
