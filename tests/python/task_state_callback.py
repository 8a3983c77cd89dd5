# What `state` is set to is called when the task ends, outside of any task. If it raises, the run ends.
import asyncio_priority as asyncio
import uasyncio_priority


async def value():
    return 5


async def raises():
    raise ValueError(6)


def ended(task, er):
    try:
        asyncio.current_task()
    except RuntimeError as e:
        print(task.done(), repr(er), e, uasyncio_priority.cur_task)


def fails(task, er):
    print("fails")
    raise OSError(7)


async def main():
    for f in value, raises:
        t = asyncio.create_task(f())
        t.state = ended
        await asyncio.sleep_ms(1)
    t = asyncio.create_task(value())
    t.state = fails
    await asyncio.sleep_ms(1)
    return "goes on"


task = asyncio.create_task(main())
loop = asyncio.get_event_loop()
try:
    loop.run_until_complete(task)
except OSError as er:
    print(repr(er))
print(loop.run_until_complete(task))
