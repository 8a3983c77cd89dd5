# A module has its own get_event_loop() and __name__, whatever was looked up before. (MicroPython notes at which place of a
# table it found a name, and looks there first in any other.)
from collections import OrderedDict
import asyncio
import asyncio_priority
import uasyncio
import uasyncio_priority

MODULES = asyncio, uasyncio, asyncio_priority, uasyncio_priority
NAMES = "asyncio", "uasyncio", "asyncio_priority", "uasyncio_priority"
FOURTH = "lp_len", "lp_len", "hpqlen", "hpqlen"
table = OrderedDict()
table["get_event_loop"] = table["__name__"] = 0
for place in range(100):
    for module, name, fourth in zip(MODULES, NAMES, FOURTH):
        try:
            table["get_event_loop"]
            module.get_event_loop(1, 2, 3, "4")
        except TypeError as er:
            if fourth not in str(er):
                print("get_event_loop", name, place, er)
        table["__name__"]
        if module.__name__ != name:
            print("__name__", name, place, module.__name__)
    # Both one place on.
    del table["get_event_loop"], table["__name__"]
    table[place] = 0
    table["get_event_loop"] = table["__name__"] = 0
print("done")
