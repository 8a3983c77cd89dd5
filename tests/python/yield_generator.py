# A yielded generator is started as a task of its own, before the yielder goes on.
import asyncio_priority as asyncio


async def child(n):
    print("child", n)
    await asyncio.sleep_ms(0)
    print("child", n, "again")


async def main():
    print("got", (yield child(1)))
    print("main goes on")
    yield child(2)
    print("main ends")


asyncio.run(main())
