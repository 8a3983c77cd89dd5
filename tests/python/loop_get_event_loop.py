# asyncio_priority.get_event_loop: the seeds' order of arguments, and every name of the others as a
# keyword. Always the one loop, which is `Loop` too. A later call changes only what it names.
import asyncio_priority as asyncio
import uasyncio_priority

loop = asyncio.get_event_loop()
print(loop.max_overdue_ms())
print(asyncio.get_event_loop(42, 42, 100, 2) is loop, loop.max_overdue_ms())
print(asyncio.get_event_loop() is loop, loop.max_overdue_ms())
print(asyncio.get_event_loop(16, 16) is loop, loop.max_overdue_ms())
print(
    asyncio.get_event_loop(
        len=10,
        lpqlen=10,
        max_overdue_ms=200,
        hpqlen=3,
        ioq_len=0,
        runq_len=5,
        waitq_len=5,
        lp_len=5,
    )
    is loop,
    loop.max_overdue_ms(),
)
print(asyncio.get_event_loop(10, 10, 0) is loop, loop.max_overdue_ms())
print(asyncio.Loop is loop, uasyncio_priority.get_event_loop() is loop)
print(asyncio.PriorityEventLoop(42, 42) is loop, asyncio.EventLoop(42) is loop)
print(asyncio.new_event_loop() is loop)
for args, kw in (
    (("x",), {}),
    ((1, 2, 1.5), {}),
    ((1,), {"len": 1}),
    ((), {"length": 1}),
    ((1, 2, 3, 4, 5, 6), {}),
):
    try:
        asyncio.get_event_loop(*args, **kw)
        print("accepted", args, kw)
    except TypeError:
        print("TypeError")
