# Blink until you stop it, as fast as the slider says
import asyncio_priority as asyncio
import page


async def blink():
    while True:
        print("on")
        await asyncio.sleep_ms(50 * page.value(1))
        print("off")
        await asyncio.sleep_ms(50 * page.value(1))


asyncio.run(blink())
