# stop() ends run_forever() in its turn: what is due before it still runs. Before run_forever() it
# is honoured too, once.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
loop = asyncio.get_event_loop()


async def ticker():
    for _ in range(5):
        print(clock(), "tick")
        await asyncio.sleep_ms(10)


async def stopper():
    await asyncio.sleep_ms(25)
    loop.stop()
    loop.stop()
    print("stopper goes on")
    await asyncio.sleep_ms(0)
    print("stopper ends")


asyncio.create_task(ticker())
loop.stop()
print(loop.run_forever())
asyncio.create_task(stopper())
print(loop.run_forever())
loop.call_later_ms(10, loop.stop)
print(loop.run_forever())
print(clock())
loop.close()
