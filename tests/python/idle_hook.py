# loop.idle_hook: called in place of the idle wait, with how long that is at most.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock, _task_info  # noqa: F401

loop = asyncio.get_event_loop()
clock(0)
print(loop.idle_hook)
asked = []


def hook(ms):
    asked.append(ms)
    if ms is None:
        event.set()
    else:
        clock(clock() + ms)


def short(ms):
    # It may come back early.
    asked.append(ms)
    clock(clock() + min(ms, 4))


async def main():
    await asyncio.sleep_ms(10)
    print(clock(), asked)
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(7)
    print(clock(), asked)
    loop.idle_hook = short
    await asyncio.sleep_ms(10)
    print(clock(), asked)
    loop.idle_hook = hook
    # With nothing due: for ever.
    await event.wait()
    print(clock(), asked)


event = asyncio.Event()
loop.idle_hook = hook
print(loop.idle_hook is hook)
asyncio.run(main())
loop.idle_hook = None
asyncio.run(asyncio.sleep_ms(5))
print(loop.idle_hook, len(asked), clock())


# One that raises is taken off, and reported as a callback's exception.
def fails(ms):
    raise ValueError(ms)


def handler(loop, context):
    print(context["message"], repr(context["exception"]), context["future"], loop.idle_hook)


loop.set_exception_handler(handler)
loop.idle_hook = fails
asyncio.run(asyncio.sleep_ms(5))
print(clock(), loop.idle_hook)


# It may take itself off, or set another.
def once(ms):
    print("once", ms)
    loop.idle_hook = hook


loop.idle_hook = once
asyncio.run(asyncio.sleep_ms(5))
print(clock(), loop.idle_hook is hook, asked[-1])


# Off it stays off, and what follows it is the loop's own wait.
def off(ms):
    print("off", ms)
    loop.idle_hook = None


loop.idle_hook = off
asyncio.run(asyncio.sleep_ms(5))
print(clock(), loop.idle_hook)


# What ends the run ends it.
def interrupts(ms):
    raise KeyboardInterrupt


loop.idle_hook = interrupts
try:
    asyncio.run(asyncio.sleep_ms(5))
except KeyboardInterrupt:
    print("interrupted", clock())
for wrong in (1, "f", []):
    try:
        loop.idle_hook = wrong
    except TypeError as e:
        print(e)
print(loop.idle_hook)
