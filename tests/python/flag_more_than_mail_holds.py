# More flags are set at a time than the mailbox holds: it is reported once, and every task wakes.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()
flags = [asyncio.ThreadSafeFlag() for _ in range(40)]
woken = []


def handler(loop, context):
    print(repr(context["exception"]))


async def waiter(n):
    await flags[n].wait()
    woken.append(n)


async def main():
    loop.set_exception_handler(handler)
    for n in range(len(flags)):
        asyncio.create_task(waiter(n))
    await asyncio.sleep_ms(5)
    for rounds in range(2):
        for flag in flags:
            flag.set()
    await asyncio.sleep_ms(5)
    print(len(woken), "woken, each once:", sorted(woken) == list(range(len(flags))))


asyncio.run(main())
