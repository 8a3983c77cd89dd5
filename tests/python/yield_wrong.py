# Anything else that is yielded is a TypeError, thrown into the task; it may go on.
import asyncio_priority as asyncio


async def catches():
    for x in (True, 1.5, "text", [1], b"", asyncio):
        try:
            yield x
        except TypeError as er:
            print("TypeError", "yield" in str(er))


async def dies():
    yield "text"


async def main():
    await asyncio.create_task(catches())
    try:
        await asyncio.create_task(dies())
    except TypeError:
        print("joined")


asyncio.run(main())
