# What V3's tasks show: coro, data, state, done(); the class is callable and does not schedule.
import asyncio_priority as asyncio


async def f():
    return 5


async def main():
    c = f()
    t = asyncio.create_task(c)
    print(isinstance(t, asyncio.Task), t.coro is c, t.data, t.state, t.done())
    await asyncio.sleep_ms(0)
    print(t.state, t.done(), type(t.data).__name__, t.data.value)
    await t
    print(t.state, t.done())

    t = asyncio.Task(f())
    await asyncio.sleep_ms(1)
    print(t.done())

    # A callable in `state` is called when the task ends.
    t = asyncio.create_task(f())
    t.state = lambda task, er: print("ended", task is t, er.value)
    await asyncio.sleep_ms(1)
    print(t.state, t.done())


asyncio.run(main())
