# What is done to a task or a callback of before new_event_loop() touches none of those that came since.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def sleeper(name, ms):
    await asyncio.sleep_ms(ms)
    print(clock(), name)


async def first(old):
    for n in range(30):
        old.append(asyncio.create_task(sleeper("never", 20)))
        old.append(loop.call_later_ms(20, print, "never"))
    await asyncio.sleep_ms(10)
    loop.stop()


async def second(old):
    new = [asyncio.create_task(sleeper(n, 5 + n)) for n in range(10)]
    await asyncio.sleep_ms(0)
    for each in old:
        each.cancel()
    await asyncio.sleep_ms(50)
    print(clock(), "second", all(task.done() for task in new))


old = []
loop.create_task(first(old))
loop.run_forever()
asyncio.new_event_loop()
loop.run_until_complete(second(old))
