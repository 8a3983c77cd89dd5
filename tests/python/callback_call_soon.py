# call_soon(): Normal, due now, in the order of calls and among the tasks; arguments are passed.
# A coroutine is started (V2).
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()
trace = []


async def task(name):
    trace.append(name)


async def main():
    loop.call_soon(trace.append, "a")
    asyncio.create_task(task("b"))
    loop.call_soon(lambda x, y: trace.append(x + y), "c", "d")
    loop.call_soon(task("e"))
    loop.call_soon(lambda: trace.append("f"))
    await asyncio.sleep_ms(0)
    print(trace)


loop.call_soon(print, "before the loop runs")
asyncio.run(main())
