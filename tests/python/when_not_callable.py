# when() of something that cannot be called is a TypeError at the call, not at the await.
import asyncio_priority as asyncio


async def main():
    for x in (None, 5, "x"):
        try:
            asyncio.when(x)
        except TypeError as er:
            print("TypeError", "callable" in str(er))
    try:
        asyncio.when()
    except TypeError:
        print("TypeError")
    await asyncio.sleep_ms(0)
    print("goes on")


asyncio.run(main())
