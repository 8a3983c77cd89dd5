# Lengths for which there is no memory: MemoryError, and nothing of it stays.
import asyncio_priority as asyncio
import gc

loop = asyncio.get_event_loop()
block = []
gc.collect()
free = gc.mem_free()
# Leave less than the lengths need.
try:
    while gc.mem_free() > 200000:
        block.append(bytearray(gc.mem_free() // 4))
except MemoryError:
    pass
gc.collect()
before = gc.mem_free()
try:
    asyncio.get_event_loop(32767, 32767)
    print("enough")
except MemoryError:
    print("MemoryError")
gc.collect()
print(before - gc.mem_free() < 4096)


async def main():
    await asyncio.sleep_ms(1)
    return "runs"


print(asyncio.run(main()))
