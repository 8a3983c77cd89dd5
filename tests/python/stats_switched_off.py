# What is seen may be switched off, or on anew, by the exception handler of a pass that is seen.
import asyncio_priority as asyncio

try:
    asyncio.Loop.stats
    clock = asyncio._mock_clock
except AttributeError:
    print("SKIP: only where what shows what the loop does is built in")
    raise SystemExit

loop = asyncio.get_event_loop()
clock(0)
acts = {
    "off": lambda: loop.stats(False),
    "anew": lambda: (loop.stats(False), loop.stats(True)),
}


async def fails():
    raise ValueError


async def main(name):
    def handler(loop, context):
        print(name, repr(context["exception"]))
        acts[name]()

    loop.set_exception_handler(handler)
    loop.stats(True)
    asyncio.create_task(fails())
    await asyncio.sleep_ms(3)
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep_ms(3)
    stats = loop.stats()
    print(clock(), stats and stats["callbacks"])
    loop.stats(False)


for name in sorted(acts):
    asyncio.run(main(name))
