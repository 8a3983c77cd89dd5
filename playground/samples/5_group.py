# A task group: one child fails, the others are cancelled
import asyncio_priority as asyncio


async def sensor(name, ms):
    try:
        await asyncio.sleep_ms(ms)
        print(name, "is ready")
    except asyncio.CancelledError:
        print(name, "is cancelled")
        raise


async def broken():
    await asyncio.sleep_ms(60)
    raise OSError("no answer")


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(sensor("thermometer", 20))
            group.create_task(sensor("barometer", 2000))
            group.create_task(broken())
    except Exception as error:
        print(type(error).__name__, [str(e) for e in error.exceptions])


asyncio.run(main())
