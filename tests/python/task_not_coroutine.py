# create_task() of something that is no coroutine is a TypeError, and so is run().
import asyncio_priority as asyncio


async def f():
    print("runs")


async def main():
    for x in (f, print, None, 5, [1]):
        for call in (asyncio.create_task, asyncio.get_event_loop().create_task):
            try:
                call(x)
            except TypeError as er:
                print("TypeError", "coroutine" in str(er))
    await asyncio.create_task(f())


for x in (f, None):
    try:
        asyncio.run(x)
    except TypeError as er:
        print("TypeError", "coroutine" in str(er))
asyncio.run(main())
