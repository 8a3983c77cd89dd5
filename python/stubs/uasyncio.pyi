# Types of the same loop under its oldest name. (For `asyncio` a type checker has its own.)
from asyncio_priority import *
from uasyncio_priority import _Loop

__version__: tuple[int, int, int]

# And asyncio_priority's names as keywords.
def get_event_loop(*args: int, **kw: int | None) -> _Loop: ...  # type: ignore[no-redef]
