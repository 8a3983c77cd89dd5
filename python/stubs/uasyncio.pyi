"""The same loop under its oldest name, and, where a type checker has no `asyncio` of its own, under that."""

from asyncio_priority import *  # pyright: ignore
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
) -> _Loop:
    """The one loop, as `asyncio_priority.get_event_loop()`, with V2's order of arguments.

    ```python
    import uasyncio

    print(uasyncio.get_event_loop(16, 16, ioq_len=1) is asyncio.get_event_loop())
    # True
    ```
    """
