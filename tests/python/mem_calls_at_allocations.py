# At every allocation a call into the loop, as a callback of `weakref` may make: nothing is lost, nothing is half done.
import gc
import asyncio_priority as asyncio

try:
    from faults import at_allocations, entries
except ImportError:
    print("SKIP: only where a call can be put into allocations (make asan)")
    raise SystemExit

N = 12
calls = 0
turn = 0
done = {}


def count(name):
    done[name] = done.get(name, 0) + 1


# -- what is called at allocations: each time another of these

event = asyncio.Event()
lock = asyncio.Lock()
semaphore = asyncio.Semaphore(0)
queue = asyncio.Queue()
flag = asyncio.ThreadSafeFlag()
waitqueue = asyncio.WaitQueue()
loop = asyncio.get_event_loop()
victims = []
made = released = items = 0


async def short():
    try:
        await asyncio.wait_for_ms(asyncio.Event().wait(), made % 3)
    except asyncio.TimeoutError:
        count("short")


async def victim():
    try:
        await asyncio.sleep_ms(1_000_000)
    except asyncio.CancelledError:
        count("cancelled")


def create():
    global made
    if made < 200:
        made += 1
        asyncio.create_task(short())


def set_event():
    event.set()
    event.clear()


def release():
    global released
    if released < 200:
        released += 1
        semaphore.release()


def put():
    global items
    if items < 200:
        items += 1
        queue.put_nowait(items)


def cancel():
    if victims:
        victims.pop().cancel()


def new_victim():
    if len(victims) < 4:
        victims.append(asyncio.create_task(victim()))


def call_soon():
    loop.call_soon(count, "call_soon")


def refused():
    try:
        loop.run_forever()
    except RuntimeError:
        count("run_forever")


def collect():
    gc.collect()


CALLS = create, set_event, release, put, cancel, new_victim, call_soon, flag.set, waitqueue.wake
CALLS += refused, collect


def called():
    global calls, turn
    calls += 1
    turn = (turn + 1) % len(CALLS)
    CALLS[turn]()


# -- what goes on meanwhile


async def taker():
    while True:
        await semaphore.acquire()
        count("semaphore")


async def getter():
    expected = 1
    while True:
        item = await queue.get()
        assert item == expected, (item, expected)
        expected += 1
        count("queue")


async def watcher(name, at):
    while True:
        await at.wait()
        count(name)
        await asyncio.sleep_ms(1)


async def value(n):
    await asyncio.sleep_ms(n % 3)
    return n


async def locked(n):
    async with lock:
        count("lock")
        await asyncio.sleep_ms(0)


async def ends(n):
    if n % 4 == 0:
        raise ValueError(n)
    await value(n)


async def slow():
    try:
        await asyncio.wait_for_ms(asyncio.sleep_ms(1_000_000), 2)
    except asyncio.TimeoutError:
        count("timeout")


async def mixed():
    assert await asyncio.gather(*[value(n) for n in range(N)]) == list(range(N))
    await asyncio.gather(*[locked(n) for n in range(N)])
    results = await asyncio.gather(*[ends(n) for n in range(N)], return_exceptions=True)
    assert sum(isinstance(result, ValueError) for result in results) == N // 4, results
    await asyncio.gather(*[slow() for _ in range(N)])
    own = asyncio.Queue(2)

    async def feed():
        for n in range(N):
            await own.put([n])

    feeding = asyncio.create_task(feed())
    for n in range(N):
        assert await own.get() == [n]
    await feeding
    handles = [loop.call_later_ms(n, count, "call_later") for n in range(N)]
    handles[-1].cancel()
    for n in range(N):
        await asyncio.when(lambda: n >= 0)
        await asyncio.after_ms(n)


async def main():
    others = [taker(), getter(), watcher("event", event), watcher("waitqueue", waitqueue)]
    others = [asyncio.create_task(other) for other in others]
    others.append(asyncio.create_task(watcher("flag", flag)))
    await asyncio.sleep_ms(0)
    at_allocations(called)
    for _ in range(3):
        await mixed()
    at_allocations(None)
    while victims:
        cancel()
    for _ in range(20):
        await asyncio.sleep_ms(5)
    for other in others:
        other.cancel()
    await asyncio.sleep_ms(0)
    await asyncio.sleep_ms(0)


asyncio.run(main())


# -- outside of a run: who is queued may be forgotten between any two allocations


def forget():
    if not loop.is_running():  # else the run would end with it
        asyncio.new_event_loop()
        count("forget")


at_allocations(forget)
for n in range(20):
    others = [asyncio.create_task(value(m)) for m in range(3)]
    handle = loop.call_later_ms(n, count, "perhaps")
    loop.call_soon(count, "perhaps")
    others[0].cancel()
    queue.put_nowait(n)
    assert queue.get_nowait() == n
    event.set()
    assert asyncio.run(value(n)) == n
    assert asyncio.run(asyncio.wait_for(value(n), 1)) == n
    handle.cancel()
at_allocations(None)
asyncio.run(asyncio.sleep_ms(0))
print("called", calls > 500 or calls)
for name, wanted in (
    ("short", made),
    ("semaphore", released),
    ("queue", items),
    ("lock", 3 * N),
    ("timeout", 3 * N),
    ("call_later", 3 * (N - 1)),
):
    print(name, done[name] == wanted or (done[name], wanted))
for name in "event", "waitqueue", "flag", "cancelled", "call_soon", "run_forever", "forget":
    print(name, done[name] > 5 or done[name])
print("in a queue:", entries())
