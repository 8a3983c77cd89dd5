"""The synchronisation primitives of the 2017 version, on the same loop."""

from typing import Any, Callable, Generator

import asyncio_priority
from uasyncio_priority import Lock as Lock

p_version: bool
"""True: there is a low level.

```python
import asyn

print(asyn.p_version)
# True
```
"""
type_coro: type
"""The class of all coroutines.

```python
import asyn

print(asyn.type_coro is asyncio.type_gen)
# True
```
"""

def launch(func: Callable[..., Any], tup_args: tuple[Any, ...] = ()) -> None:
    """Call `func`; what it returns, if that is a coroutine, becomes a task.

    ```python
    import asyn

    asyn.launch(print, ("called",))
    # called
    ```
    """

class Event(asyncio_priority.Event):
    """`await event`: until it is set, with data. Everybody who waits is woken.

    Level: Low with `lp=True`; else the waiter's own.

    ```python
    import asyn

    async def main():
        event = asyn.Event()
        event.set(42)
        await event
        print(event.value())

    asyncio.run(main())
    # 42
    ```
    """

    def __init__(self, lp: bool = False) -> None: ...
    def __await__(self) -> Generator[Any, Any, bool]:
        """Wait until it is set."""
    def set(self, data: Any = None) -> None:
        """Set it, with data."""
    def clear(self) -> None:
        """Not set any more, and no data."""
    def value(self) -> Any:
        """The data."""

class Barrier:
    """`await barrier` goes on when `participants` tasks have come there. The last one calls `func(*args)`.

    Level: Low.
    Raises: TypeError, ValueError.

    ```python
    import asyn

    async def comes(barrier):
        await barrier

    barrier = asyn.Barrier(2, print, ("both there",))
    asyncio.run(asyncio.gather(comes(barrier), comes(barrier)))
    # both there
    ```
    """

    def __init__(
        self,
        participants: int,
        func: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
    ) -> None: ...
    def __await__(self) -> Generator[Any, Any, None]:
        """Wait for the others."""

class Semaphore(asyncio_priority.Semaphore):
    """As that of `asyncio_priority`.

    Level: Low.

    ```python
    import asyn

    async def main():
        async with asyn.Semaphore(1):
            print("in")

    asyncio.run(main())
    # in
    ```
    """

    def __init__(self, value: int = 1) -> None: ...

class BoundedSemaphore(asyncio_priority.BoundedSemaphore):
    """As that of `asyncio_priority`.

    Level: Low.

    ```python
    import asyn

    try:
        asyn.BoundedSemaphore(1).release()
    except ValueError:
        print("nobody acquired it")
    # nobody acquired it
    ```
    """

    def __init__(self, value: int = 1) -> None: ...
