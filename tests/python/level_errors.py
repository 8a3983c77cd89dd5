# Levels that do not exist.
import asyncio_priority as asyncio


async def f():
    print("runs")


def check(what, call):
    try:
        call()
    except (TypeError, ValueError) as er:
        print(what, type(er).__name__, "level" in str(er))


async def main():
    t = asyncio.create_task(f())
    for x in (-1, 3, None, "LOW", 1.0):
        c = f()
        check("create_task", lambda: asyncio.create_task(c, level=x))
        check("set_level", lambda: t.set_level(x))
    await t


asyncio.run(main())
