# The callback is asked before every step of whatever else runs.
import asyncio_priority as asyncio

trace = []


def three_steps():
    trace.append("?")
    return trace.count("step") == 3


async def waiter():
    await asyncio.when(three_steps)
    trace.append("true")


async def busy():
    for _ in range(3):
        trace.append("step")
        await asyncio.sleep_ms(0)


async def main():
    asyncio.create_task(busy())
    await waiter()
    print(" ".join(trace))


asyncio.run(main())
