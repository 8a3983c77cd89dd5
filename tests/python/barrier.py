# Barrier: goes on when all have come, again and again; reset and abort break it.
import asyncio_priority as asyncio
from asyncio_priority import Barrier, BrokenBarrierError


async def comer(b, name, rounds=1):
    try:
        for _ in range(rounds):
            print(name, await b.wait())
    except BrokenBarrierError:
        print(name, "BrokenBarrierError")
    except asyncio.CancelledError:
        print(name, "cancelled")


async def settle():
    for _ in range(5):
        await asyncio.sleep_ms(0)


async def main():
    b = Barrier(3)
    print(b.parties, b.n_waiting, b.broken)
    for t in [asyncio.create_task(comer(b, n, 2)) for n in "abc"]:
        await t
    tasks = [asyncio.create_task(comer(b, n)) for n in "de"]
    await settle()
    print(b.n_waiting)
    tasks[0].cancel()
    await settle()
    print(b.n_waiting)
    tasks = [asyncio.create_task(comer(b, n)) for n in "fg"]
    await settle()
    print(b.n_waiting)

    print("-- reset")
    tasks = [asyncio.create_task(comer(b, n)) for n in "hi"]
    await settle()
    await b.reset()
    print(b.n_waiting, b.broken)
    tasks += [asyncio.create_task(comer(b, n)) for n in "jkl"]
    await settle()

    print("-- abort")
    asyncio.create_task(comer(b, "m"))
    await settle()
    await b.abort()
    print(b.n_waiting, b.broken)
    await settle()
    await comer(b, "n")
    await b.reset()
    print(b.broken)
    tasks = [asyncio.create_task(comer(b, n)) for n in "opq"]
    await settle()

    async with Barrier(1) as n:
        print(n)
    try:
        Barrier(0)
    except ValueError as er:
        print("ValueError:", er)
    print(issubclass(BrokenBarrierError, RuntimeError))


asyncio.run(main())
