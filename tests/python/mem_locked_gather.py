# gather() with the heap locked from its wait to its end: it has the first exception, or all that was returned.
import asyncio_priority as asyncio
import micropython


async def work(ms, value):
    await asyncio.sleep_ms(ms)
    return value


async def bad(ms, error):
    await asyncio.sleep_ms(ms)
    raise error


async def locked(task, also):
    await asyncio.sleep_ms(1)
    micropython.heap_lock()
    for _ in range(1000):
        if task.done() and also.done():
            break
        await asyncio.sleep_ms(1)
    done = task.done()
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


# The last of those that fail ends when nobody waits for it any more: it is reported.
def handler(loop, context):
    global reported
    reported = context["exception"]


asyncio.get_event_loop().set_exception_handler(handler)
asyncio.run(main())
print(repr(reported))
