# current_task() is the running task; outside of the loop there is none. cur_task is its coroutine.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


def outside():
    try:
        asyncio.current_task()
    except RuntimeError as er:
        print("RuntimeError", "loop" in str(er))
    print(loop.cur_task)


async def task():
    t = asyncio.current_task()
    await asyncio.sleep_ms(0)
    print(asyncio.current_task() is t, loop.cur_task is t.coro)
    return t


async def main():
    t = asyncio.create_task(task())
    print(await t is t, asyncio.current_task() is t, loop.cur_task is t.coro)
    loop.call_soon(outside)
    await asyncio.sleep_ms(1)


outside()
asyncio.run(main())
outside()
