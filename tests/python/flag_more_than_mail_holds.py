# More flags are set at a time than the mailbox holds calls: they take no place in it, and every task wakes, in the order of
# the sets. The calls that are left beside them have all of their places.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()
flags = [asyncio.ThreadSafeFlag() for _ in range(40)]
woken = []
calls = []


def handler(loop, context):
    print(repr(context["exception"]))


def call():
    calls.append(1)


async def waiter(n):
    await flags[n].wait()
    woken.append(n)


async def main():
    loop.set_exception_handler(handler)
    for n in range(len(flags)):
        asyncio.create_task(waiter(n))
    await asyncio.sleep_ms(5)
    micropython.heap_lock()
    for n in range(15):
        loop.call_soon_threadsafe(call)
    micropython.heap_unlock()
    for rounds in range(2):
        for flag in reversed(flags):
            flag.set()
    await asyncio.sleep_ms(5)
    print(len(calls), "called")
    print(len(woken), "woken, each once:", woken == list(reversed(range(len(flags)))))
    # All of them again: none is taken for one that is in the mailbox still.
    woken.clear()
    tasks = [asyncio.create_task(waiter(n)) for n in range(len(flags))]
    await asyncio.sleep_ms(5)
    print(len(woken), "did not wait")
    for flag in flags:
        flag.set()
    await asyncio.sleep_ms(5)
    print(woken == list(range(len(flags))), all(t.done() for t in tasks))


asyncio.run(main())
