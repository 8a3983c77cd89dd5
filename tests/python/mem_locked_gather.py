# gather() with the heap locked from its wait to its end: it has the first exception, or all that was returned.
import asyncio_priority as asyncio
import micropython
from uasyncio_priority import _mock_clock as clock

clock(0)


async def work(ms, value):
    await asyncio.sleep_ms(ms)
    return value


async def bad(ms, error):
    await asyncio.sleep_ms(ms)
    raise error


async def locked(task, also):
    await asyncio.sleep_ms(1)
    micropython.heap_lock()
    await asyncio.sleep_ms(9)
    done = task.done() and also.done()
    micropython.heap_unlock()
    return done


async def main():
    error = ValueError(5)
    later = OSError(6)
    for exceptions in True, False:
        tasks = [
            asyncio.create_task(c)
            for c in (work(2, "two"), bad(3, error), work(4, "four"), bad(5, later))
        ]
        t = asyncio.gather(tasks[0], *tasks, return_exceptions=exceptions)
        t = asyncio.create_task(t)
        print(await locked(t, tasks[3]))
        try:
            print(await t)
        except ValueError as er:
            print(er is error, tasks[2].done())
    tasks = [work(ms, "%d ms" % ms) for ms in (3, 2, 4)]
    t = asyncio.create_task(asyncio.gather(*tasks))
    print(await locked(t, t))
    print(await t)


reported = [None] * 4
count = 0


# The ends that nobody waited for, yet or any more. Takes no memory.
def handler(loop, context):
    global count
    reported[count] = context["exception"]
    count += 1


asyncio.get_event_loop().set_exception_handler(handler)
asyncio.run(main())
print(reported)
