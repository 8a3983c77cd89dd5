# Types of the same loop under its oldest name. (For `asyncio` a type checker has its own.)
from asyncio_priority import *
from uasyncio_priority import _Loop

__version__: tuple[int, int, int]

# The others are asyncio_priority's.
def get_event_loop(  # type: ignore[no-redef]
    runq_len: int | None = None,
    waitq_len: int | None = None,
    ioq_len: int | None = None,
    lp_len: int | None = None,
    *,
    len: int | None = None,
    lpqlen: int | None = None,
    max_overdue_ms: int | None = None,
    hpqlen: int | None = None,
) -> _Loop: ...
