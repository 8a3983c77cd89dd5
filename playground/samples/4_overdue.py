# A limit for low priority: max_overdue_ms
import asyncio_priority as asyncio
import time

beats = 0


async def heartbeat():
    global beats
    while True:
        await asyncio.after_ms(50)
        beats += 1


async def spins(ms):  # never waits
    start = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), start) < ms:
        await asyncio.sleep(0)


loop = asyncio.get_event_loop()
loop.create_task(heartbeat())
loop.run_until_complete(spins(500))
print("without a limit:", beats)
loop.max_overdue_ms(100)
loop.run_until_complete(spins(500))
print("with one there are some:", beats > 0)
