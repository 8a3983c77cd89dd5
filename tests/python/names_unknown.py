# To ask a module for what it does not have loads none of its Python parts, and needs next to no memory.
import gc
import sys
import asyncio
import asyncio_priority
import uasyncio
import uasyncio_priority

MODULES = asyncio, uasyncio, asyncio_priority, uasyncio_priority
UNKNOWN = "Future", "timeouts", "", "_", "a", "__file__", "_promote", "select_", "Barrie"
# What is loaded when it is named first, one of each part.
LAZY = (
    "open_connection",
    "Condition",
    "BrokenBarrierError",
    "set_debug",
    "shield",
    "ExceptionGroup",
    "Runner",
    "to_thread",
)


def look():
    for module in MODULES:
        for name in UNKNOWN:
            if hasattr(module, name):
                print(name)


def allocated():
    before = gc.mem_alloc()
    for _ in range(100):
        hasattr(asyncio, "Future")
    return gc.mem_alloc() - before


before = sorted(sys.modules)
allocated()
gc.collect()
print("bytes", allocated() <= 64)  # the loop of the test itself
look()
print("loaded", [name for name in sorted(sys.modules) if name not in before])
for module in MODULES:
    try:
        module.Future
    except AttributeError:
        print("AttributeError")
    try:
        exec("from {} import Future".format(module.__name__), {})
    except ImportError:
        print("ImportError")
print("loaded", [name for name in sorted(sys.modules) if name not in before])

# The built-in module never has them; the others load the part that has the name, and no other.
for name in LAZY:
    have = len(sys.modules)
    print(name, hasattr(uasyncio_priority, name), len(sys.modules) - have, end=" ")
    value = getattr(asyncio, name)
    print(len(sys.modules) - have, end=" ")
    print(all(getattr(module, name) is value for module in MODULES[:3]), len(sys.modules) - have)
