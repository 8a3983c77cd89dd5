# uasyncio.get_event_loop: runq_len, waitq_len, ioq_len, lp_len in that order, and the names of the
# other as keywords. It is the same loop.
import asyncio_priority
import uasyncio as asyncio

loop = asyncio.get_event_loop()
print(loop is asyncio_priority.get_event_loop())
print(asyncio.get_event_loop(16, 16, 0, 16) is loop, loop.max_overdue_ms())
print(asyncio.get_event_loop(max_overdue_ms=100, hpqlen=2) is loop, loop.max_overdue_ms())
print(asyncio.get_event_loop(1002, 1002) is loop, loop.max_overdue_ms())
print(
    asyncio.get_event_loop(runq_len=5, waitq_len=5, ioq_len=0, lp_len=5, len=5, lpqlen=5) is loop
)
print(loop.max_overdue_ms())
for args, kw in (
    ((1,), {"runq_len": 1}),
    ((1, 2, 0, 4, 5), {}),
    ((), {"length": 1}),
    (("x",), {}),
):
    try:
        asyncio.get_event_loop(*args, **kw)
        print("accepted", args, kw)
    except TypeError:
        print("TypeError")
