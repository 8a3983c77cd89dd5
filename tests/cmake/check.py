# Frozen into the firmware that CMake builds: does the loop run?
import asyncio_priority as asyncio

done = []


async def task(name, wait):
    await wait(0)
    done.append(name)


async def main():
    low = asyncio.create_task(task("low", asyncio.after_ms))
    normal = asyncio.create_task(task("normal", asyncio.sleep_ms))
    await asyncio.gather(low, normal)
    await asyncio.when(lambda: len(done) == 2)
    await asyncio.sleep_ms(5)
    print(*done)


asyncio.run(main())
