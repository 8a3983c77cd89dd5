# Imports that find too little memory, with ever more of it, until one finds enough. Of the first the names stay, since
# MicroPython frees none.
import gc
import sys


def hold(leave):
    """So many small blocks that as many bytes are left."""
    held = None
    while gc.mem_free() > leave:
        held = (bytearray(192), held)
    return held


gc.collect()
before = gc.mem_alloc()
leave = 2048
while True:
    held = hold(leave)
    try:
        import asyncio_priority

        break
    except MemoryError:
        held = None
        gc.collect()
        print("MemoryError with", leave, "left:", gc.mem_alloc() - before, "bytes stay")
        if any("asyncio" in name for name in sys.modules):
            print(sys.modules)
        leave += 1024
held = None


async def main():
    await asyncio_priority.sleep_ms(1)
    return "it runs"


print(asyncio_priority.run(main()))
