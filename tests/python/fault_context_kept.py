# What an exception handler keeps of its context stays as it was, and the loop itself keeps nothing of it.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)

loop = asyncio.get_event_loop()
kept = []
locked = [None] * 3  # room that needs no memory
count = 0
before = None


def handler(loop, context):
    kept.append(context)


def without_memory(loop, context):
    global count, before
    before = context
    locked[count] = context["exception"]
    count += 1


def raises(loop, context):
    kept.append(context)
    raise SystemExit


async def fails(er):
    raise er


def callback(er):
    raise er


def tell(what):
    print("--", what)
    for context in kept:
        future = context["future"]
        print(context["message"], repr(context["exception"]), future and future.done())
    print("all different", len(set(map(id, kept))) == len(kept))
    context = asyncio.core._exc_context
    print("the next", sorted(context), end=" ")
    print(context["exception"], context["future"], any(context is k for k in kept))


async def main():
    for i in range(2):
        loop.create_task(fails(ValueError(i)))
        loop.call_soon(callback, OSError(i))
        await asyncio.sleep_ms(1)
    tell("kept")

    # What a handler adds or takes away is no concern of the next one.
    kept[0].clear()
    kept[1]["mine"] = 1
    kept.clear()
    loop.create_task(fails(KeyError(1)))
    await asyncio.sleep_ms(1)
    print(sorted(kept[0]))

    # By hand: as it is given.
    mine = {"message": "by hand"}
    loop.call_exception_handler(mine)
    print(kept[1] is mine, mine)
    kept.clear()

    # With the heap locked each is told, one after another; the context of the last one is let go when there is memory.
    loop.set_exception_handler(without_memory)
    errors = [ValueError(i) for i in range(3)]
    for er in errors:
        loop.create_task(fails(er))
    micropython.heap_lock()
    await asyncio.sleep_ms(1)
    micropython.heap_unlock()
    print("locked", [er is told for er, told in zip(errors, locked)])
    last = before
    await asyncio.sleep_ms(1)
    print(last["exception"] is errors[2], asyncio.core._exc_context is not last)
    print(asyncio.core._exc_context["exception"])


loop.set_exception_handler(handler)
asyncio.run(main())

# A handler that raises: what it kept stays too.
loop.set_exception_handler(raises)
loop.create_task(fails(ValueError("v")))
try:
    loop.run_forever()
except SystemExit:
    pass
tell("raised")
