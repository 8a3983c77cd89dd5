# call_soon_threadsafe(): from the loop itself, a soft interrupt, and with the heap locked, as in a hard one.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()
trace = []


def note(*args):
    trace.append(args)


count = 0


def locked():
    global count
    count += 1


def fails():
    raise ValueError("of the callback")


async def main():
    global count
    # In order with call_soon, behind what is due.
    asyncio.create_task(step("task"))
    loop.call_soon_threadsafe(note, 1, "a")
    loop.call_soon(note, 2)
    handle = loop.call_soon_threadsafe(note, 3)
    loop.call_soon_threadsafe(note)
    print(trace, handle.cancel(), handle.cancel())
    await asyncio.sleep_ms(0)
    print(trace)
    trace.clear()

    # By a soft interrupt, which ends the wait.
    micropython.schedule(lambda n: loop.call_soon_threadsafe(note, n), 4)
    await asyncio.sleep_ms(1)
    print(trace)
    trace.clear()

    # The heap locked: no arguments, no Handle, nothing allocated.
    soon = loop.call_soon_threadsafe
    micropython.heap_lock()
    first = soon(locked)
    second = soon(locked)
    micropython.heap_unlock()
    print(first, second, count)
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(0)
    print(count)
    micropython.heap_lock()
    try:
        soon(note, 1)
    except MemoryError:
        ok = True
    else:
        ok = False
    micropython.heap_unlock()
    print("with arguments: MemoryError", ok)

    # What is wrong is told at once, or to the exception handler.
    for wrong in (None, 1, "x", main()):
        try:
            soon(wrong)
        except TypeError as e:
            print("TypeError:", e)
    loop.set_exception_handler(
        lambda loop, context: print(context["future"], repr(context["exception"]))
    )
    soon(fails)
    soon(note, "after")
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(0)
    print(trace)
    trace.clear()

    # More than the mailbox holds: counted and reported once, and the others run.
    count = 0
    micropython.heap_lock()
    for _ in range(20):
        soon(locked)
    micropython.heap_unlock()
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(0)
    print(count)
    soon(note, "later")
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(0)
    print(trace)


async def step(name):
    note(name)


asyncio.run(main())

# Without room for one more entry: it is called all the same.
asyncio.new_event_loop()


async def sleeper():
    await asyncio.sleep_ms(100)


async def full(n):
    global count
    count = 0
    for _ in range(n):
        asyncio.create_task(sleeper())
    await asyncio.sleep_ms(0)
    soon = loop.call_soon_threadsafe
    micropython.heap_lock()
    soon(locked)
    soon(locked)
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(0)
    micropython.heap_unlock()
    print(n, count)


for n in (82, 83, 84, 85, 95, 96):
    clock(0)
    loop.run_until_complete(full(n))
    asyncio.new_event_loop()
