# A ThreadSafeFlag is a stream that select can poll, and that a task can wait for as for any other.
import asyncio_priority as asyncio
import select


class Sub(asyncio.ThreadSafeFlag):
    pass


async def reader(flag):
    await asyncio.readable(flag)
    print("readable")


async def main():
    for cls in (asyncio.ThreadSafeFlag, Sub):
        flag = cls()
        p = select.poll()
        p.register(flag, select.POLLIN)
        print(p.poll(0))
        flag.set()
        print([(f is flag, e) for f, e in p.poll(0)])
        print([(f is flag, e) for f, e in p.poll(1000)])
        await flag.wait()
        print(p.poll(0))
        flag.set()
        flag.clear()
        print(p.poll(0))
        p.unregister(flag)
        t = asyncio.create_task(reader(flag))
        await asyncio.sleep_ms(5)
        print(t.done())
        flag.set()
        await t
        # That did not clear it.
        await flag.wait()


asyncio.run(main())
