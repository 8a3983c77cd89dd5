# asyn.Lock is the loop's lock; launch() calls a function, and starts what it gives if that is a
# coroutine.
import asyn
import asyncio_priority as asyncio


def function(x):
    print("function", x)
    return 5


async def coro(x, y):
    print("coro", x, y)


async def main():
    asyn.launch(function, (1,))
    asyn.launch(coro, (2, 3))
    asyn.launch(print)
    print("main")
    await asyncio.sleep_ms(1)

    lock = asyn.Lock()
    async with lock:
        print(lock.locked())
    try:
        lock.release()
    except RuntimeError as er:
        print(er)


asyncio.run(main())
