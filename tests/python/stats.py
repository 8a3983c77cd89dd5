# loop.stats() and top(): off at first; on, what is counted since.
import asyncio_priority as asyncio

try:
    asyncio.Loop.stats
    asyncio._mock_clock
except AttributeError:
    print("SKIP")
    raise SystemExit

loop = asyncio.get_event_loop()
asyncio._mock_clock(100)
print(loop.stats())
try:
    asyncio.top()
except RuntimeError as er:
    print(er)
loop.stats(True)
asyncio._mock_clock(107)
print(loop.stats())
asyncio.top()
loop.stats(False)
print(loop.stats())
