# What Condition.notify() takes, and that Condition needs no other module.
import sys
import asyncio_priority as asyncio
from asyncio_priority import Condition

parts = [name for name in sys.modules if "condition" in name]
print(
    len(parts),
    [name for part in parts for name in dir(sys.modules[part]) if name in ("select", "sys")],
)


async def waiter(c, name):
    async with c:
        await c.wait()
        print(name)


async def main():
    c = Condition()
    for name in "abc":
        asyncio.create_task(waiter(c, name))
    await asyncio.sleep_ms(1)
    async with c:
        for n in (-1, 1 << 40, 1.0, None, "1"):
            try:
                c.notify(n)
            except (TypeError, ValueError) as er:
                print(type(er).__name__, er)
        c.notify(0)
    await asyncio.sleep_ms(1)
    print("nobody yet")
    async with c:
        c.notify(2)
        c.notify(1)
    await asyncio.sleep_ms(1)
    async with c:
        c.notify(5)
        c.notify_all()
        c.notify_all()
    asyncio.create_task(waiter(c, "d"))
    await asyncio.sleep_ms(1)
    print("nothing is left of what nobody waited for")
    async with c:
        c.notify_all()
    await asyncio.sleep_ms(1)
    for n in (0, -1, 1):
        try:
            c.notify(n)
        except (RuntimeError, ValueError) as er:
            print(type(er).__name__, er)


asyncio.run(main())
