# top(): what loop.stats() counts, as a table.
from uasyncio_priority import Loop


def top():
    # RuntimeError if nothing is counted.
    stats = Loop.stats()
    if stats is None:
        raise RuntimeError("nothing is counted: loop.stats(True) first")
    print(stats["us"], "us")
