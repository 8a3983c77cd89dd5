# timeout(), timeout_ms(), timeout_at(): the time is over, or not; nested; moved; whose cancel it was.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

loop = asyncio.get_event_loop()
clock(0)


async def sleeps(ms):
    try:
        await asyncio.sleep_ms(ms)
        return "slept"
    except asyncio.CancelledError:
        print(clock(), "cancelled")
        raise


async def attempt(name, coro):
    try:
        print(clock(), name, await coro)
    except (Exception, asyncio.CancelledError) as er:
        print(clock(), name, type(er).__name__)


async def kinds():
    for make in (
        lambda: asyncio.timeout(0.0105),
        lambda: asyncio.timeout_ms(10),
        lambda: asyncio.timeout_at(clock() + 10),
        lambda: asyncio.Timeout(clock() + 10),
    ):
        for ms in (5, 15):
            limit = make()
            print(type(limit).__name__, limit.when() - clock(), limit.expired())
            try:
                async with limit as same:
                    print(same is limit, await sleeps(ms))
            except asyncio.TimeoutError as er:
                print(clock(), "TimeoutError", isinstance(er, asyncio.CancelledError))
            print(limit.expired())
    # None: no limit.
    for make in (asyncio.timeout, asyncio.timeout_ms, asyncio.timeout_at):
        async with make(None) as limit:
            print(limit.when(), await sleeps(1000), limit.expired())


# With no time the body begins, and is timed out at its first wait, whatever that is; if it has none, it is not.
async def no_time():
    event = asyncio.Event()
    event.set()
    for ms in (0, -5):
        for make in (
            lambda: asyncio.sleep_ms(0),
            lambda: asyncio.after_ms(0),
            lambda: asyncio.when(lambda: True),
            lambda: asyncio.create_task(sleeps(0)),
        ):
            try:
                async with asyncio.timeout_ms(ms):
                    print("begins", end=" ")
                    await make()
                    print("waits no more")
            except asyncio.TimeoutError:
                print(clock(), "TimeoutError")
        async with asyncio.timeout_ms(ms) as limit:
            await event.wait()  # does not wait
        print(limit.expired(), asyncio.current_task().cancelling())


# It counts from the call, as sleep() does.
async def from_the_call():
    limit = asyncio.timeout_ms(10)
    await asyncio.sleep_ms(8)
    try:
        async with limit:
            await asyncio.sleep_ms(8)
    except asyncio.TimeoutError:
        print("2 ms were left")


async def moved():
    start = clock()
    for to in (5, 30, None, -5):
        try:
            async with asyncio.timeout_ms(10) as limit:
                await asyncio.sleep_ms(2)
                limit.reschedule(to if to is None else clock() + to)
                print(limit.when() if to is None else limit.when() - clock(), end=" ")
                await asyncio.sleep_ms(20)
                print(clock() - start, "no time-out", end=" ")
        except asyncio.TimeoutError:
            print(clock() - start, "TimeoutError", end=" ")
        print(limit.expired())
        start = clock()
    for state in ("new", "expired", "left"):
        limit = asyncio.timeout_ms(1)
        try:
            if state != "new":
                async with limit:
                    await asyncio.sleep_ms(5 if state == "expired" else 0)
        except asyncio.TimeoutError:
            pass
        try:
            limit.reschedule(clock() + 10)
        except RuntimeError as er:
            print(state, er)
    # While it is cancelled, the body cannot have more time.
    try:
        async with asyncio.timeout_ms(1) as limit:
            try:
                await asyncio.sleep_ms(5)
            finally:
                try:
                    limit.reschedule(None)
                except RuntimeError as er:
                    print("cancelling", er)
    except asyncio.TimeoutError:
        print("TimeoutError")
    try:
        async with limit:
            pass
    except RuntimeError as er:
        print(er)


# What a body is left with: its own exception, its late value; only a CancelledError becomes a TimeoutError.
async def ends(how):
    async with asyncio.timeout_ms(10):
        try:
            await asyncio.sleep_ms(20)
        except asyncio.CancelledError:
            if how == "clean-up":
                await asyncio.sleep_ms(5)
                raise
            if how == "other":
                raise ValueError
            if how == "cancelled anew":
                raise asyncio.CancelledError
            return how
    print("behind it")


async def nested():
    for outer, inner in ((10, 20), (20, 10), (10, 10)):
        try:
            async with asyncio.timeout_ms(outer) as o:
                try:
                    async with asyncio.timeout_ms(inner) as i:
                        await asyncio.sleep_ms(50)
                except asyncio.TimeoutError:
                    print(clock(), "inner")
                    await asyncio.sleep_ms(50)
        except asyncio.TimeoutError:
            print(clock(), "outer", o.expired(), i.expired())
    print(asyncio.current_task().cancelling())


async def limited(ms):
    async with asyncio.timeout_ms(ms):
        await asyncio.sleep_ms(50)


# cancel() wins, whichever came first, also if it comes while the time-out's own cancel is on its way or being dealt with.
async def cancelled():
    for first in ("time-out", "cancel"):
        t = asyncio.create_task(limited(10))
        if first == "cancel":
            loop.call_later_ms(10, t.cancel)
        await asyncio.sleep_ms(0)
        if first == "time-out":
            loop.call_later_ms(10, t.cancel)
        await attempt(first + " first", t)

    async def cleans_up():
        async with asyncio.timeout_ms(10):
            try:
                await asyncio.sleep_ms(50)
            finally:
                await asyncio.sleep_ms(20)

    for ms in (5, 15):
        t = asyncio.create_task(cleans_up())
        loop.call_later_ms(ms, t.cancel)
        await attempt("in clean-up", t)

    # A cancel that the task has swallowed before is none of this one's affair.
    async def swallowed():
        try:
            await asyncio.sleep_ms(50)
        except asyncio.CancelledError:
            print(asyncio.current_task().cancelling(), end=" ")
        await limited(10)

    t = asyncio.create_task(swallowed())
    await asyncio.sleep_ms(1)
    t.cancel()
    t.cancel()
    await attempt("swallowed", t)

    # Of a task that another awaits: both are asked to end.
    async def awaits(t):
        await t

    inner = asyncio.create_task(limited(10))
    t = asyncio.create_task(awaits(inner))
    await asyncio.sleep_ms(0)
    loop.call_later_ms(10, t.cancel)
    await attempt("chain", t)
    print(inner.cancelling(), t.done())

    # The count, as CPython's
    async def counts():
        t = asyncio.current_task()
        try:
            await asyncio.sleep_ms(50)
        except asyncio.CancelledError:
            print(t.cancelling(), t.uncancel(), t.uncancel(), t.uncancel(), t.cancelling())

    t = asyncio.create_task(counts())
    await asyncio.sleep_ms(0)
    print(t.cancel(), t.cancel())
    await t
    print(t.cancel(), t.cancelling())


async def main():
    await kinds()
    await no_time()
    await from_the_call()
    await moved()
    for how in ("late", "clean-up", "other", "cancelled anew"):
        await attempt(how, ends(how))
    await nested()
    await cancelled()


asyncio.run(main())
for outside in (asyncio.timeout(1).__aenter__, lambda: asyncio.wait_for(sleeps(1), 1).send(None)):
    try:
        outside()
    except RuntimeError as er:
        print(er)
