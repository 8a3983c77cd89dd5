# After an interrupt in code that main awaits, run() can be called again with a new main.
import asyncio_priority as asyncio


async def deep(n):
    if n:
        await deep(n - 1)
    else:
        await asyncio.sleep_ms(1)
        raise KeyboardInterrupt


async def main(n):
    try:
        await deep(n)
    finally:
        print("main ends")


async def fine():
    await asyncio.sleep_ms(1)
    return "fine"


for n in (0, 3):
    try:
        asyncio.run(main(n))
    except KeyboardInterrupt:
        print("KeyboardInterrupt")
print(asyncio.run(fine()))
