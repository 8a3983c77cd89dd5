# What the import takes of the heap, everything counted, and what use() does.
import gc

gc.collect()
before = gc.mem_alloc()
import asyncio_priority  # noqa: E402

gc.collect()
imported = gc.mem_alloc()
asyncio_priority.use()
gc.collect()
print(imported - before, gc.mem_alloc() - before)
