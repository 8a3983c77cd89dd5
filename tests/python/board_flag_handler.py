# flag.set as the handler of a hard interrupt, with nothing of Python's between. A flag is set while the loop waits, and while
# it runs.
try:
    import pyb

    pyb.alarm
except (ImportError, AttributeError):
    print("SKIP: no interrupts at chosen instants on this port")
    raise SystemExit

import asyncio_priority as asyncio

flag = asyncio.ThreadSafeFlag()


async def busy():
    while True:
        await asyncio.sleep_ms(0)


async def main():
    for n in range(2):
        for i in range(20):
            pyb.alarm(3000 + 171 * i, flag.set)
            await flag.wait()
        print(n, "woken")
        asyncio.create_task(busy())


asyncio.run(main())
