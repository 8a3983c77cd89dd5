# A module shows its own name, whatever was looked up before.
import asyncio
import asyncio_priority
import asyncio_priority.core
import uasyncio
import uasyncio_priority

MODULES = asyncio, uasyncio, asyncio_priority, uasyncio_priority
for _ in range(2):
    for module in MODULES:
        print(repr(module), module.__name__, module.__dict__["__name__"])
print(asyncio.core, asyncio.event, asyncio_priority.core)
for module in MODULES:
    names = list(module.__dict__)
    print(len(names) == len(set(names)))
