# Finalisers that call into the loop: what is garbage with them is not woken, what stays is (docs/behaviour.md, 8.7).
import gc
import asyncio_priority as asyncio

try:
    from faults import entries, finaliser
except ImportError:
    print("SKIP: only where finalisers can call Python (make asan)")
    raise SystemExit

TIMES = 20
kept = []  # what stays


def event():
    it = asyncio.Event()
    return it, it.set, it


def waitqueue():
    it = asyncio.WaitQueue()
    return it, lambda: it.wake(9), it


def flag():
    it = asyncio.ThreadSafeFlag()
    return it, it.set, it


def semaphore():
    it = asyncio.Semaphore(0)
    return it, it.release, it


def get():
    it = asyncio.Queue()
    it.put_nowait(1)
    it.get_nowait()  # from here on the list is long enough
    return it, lambda: it.put_nowait(1), it


def put():
    it = asyncio.Queue(1)
    it.put_nowait(1)
    return it, it.get_nowait, it.put(2)


# What a task may be woken by, wherever it waits.
def by_cancel(task):
    return task.cancel


def by_coro(task):
    coro = task.coro
    return lambda: asyncio.cancel(coro)


def by_call_soon(task):
    call_soon, coro = asyncio.get_event_loop().call_soon, task.coro

    def call():
        try:
            call_soon(coro)
        except MemoryError:
            pass  # the task is garbage, and there is no memory for a new one

    return call


def by_wake(task):
    return lambda: asyncio.wake(task)


def by_push(task):
    return lambda: asyncio.core._task_queue.push(task)


class Bare:
    def __iter__(self):
        yield False

    __await__ = __iter__


class Counts:
    def __init__(self):
        self.called = self.woken = 0


def counting(counts, call):
    def counted():
        counts.called += 1
        call()

    return counted


# Its frame holds the box, and that the finaliser: they are garbage together.
async def park(at, counts, box):
    try:
        await at
    except asyncio.CancelledError:
        pass
    counts.woken += 1


def scrub(n=30):
    # What the stack holds of before is written over.
    a, b, c, d, e, f, g, h = range(n, n + 8)
    if n:
        scrub(n - 1)


async def settle():
    for _ in range(6):
        await asyncio.sleep_ms(0)


async def lock_of():
    lock = asyncio.Lock()
    await lock.acquire()
    return lock, lock.release, lock


async def start(kind, live, counts):
    box = []
    if kind in (by_cancel, by_coro, by_call_soon, by_wake, by_push):
        at = asyncio.Event() if kind in (by_cancel, by_coro) else Bare()
        task = asyncio.create_task(park(at, counts, box))
        call = kind(task)
        it = task
    else:
        it, call, at = await kind() if kind is lock_of else kind()
        task = asyncio.create_task(park(at, counts, box))
    end = finaliser(counting(counts, call))
    if live:
        kept.append(it)
        kept.append(task)
    else:
        box.append(end)
        box.append(it)
    await settle()


KINDS = event, waitqueue, flag, lock_of, semaphore, get, put, by_cancel, by_coro, by_call_soon
KINDS += by_wake, by_push


async def round(kind, live):
    counts = Counts()
    for _ in range(TIMES):
        await start(kind, live, counts)
        scrub()
        gc.collect()
        await settle()
    scrub()
    gc.collect()
    await settle()
    await settle()
    name = kind.__name__, "stays" if live else "is garbage"
    # The collector may take what the stack holds by chance for a reference.
    good = counts.called >= TIMES - 2 and counts.woken == (counts.called if live else 0)
    print(*name, "ok" if good else (counts.called, counts.woken))
    kept.clear()


async def main():
    for kind in KINDS:
        for live in (False, True):
            await round(kind, live)


asyncio.run(main())


# Of what is not let go each look finds some; what is kept by chance, by what the stack held of before, not each.
async def look(depth):
    scrub(depth)
    here = [bytearray(depth) for _ in range(depth)]
    await settle()
    return here and entries()


print("in a queue:", min([asyncio.run(look(depth)) for depth in (5, 20, 40, 60, 80)]))


# What a finaliser cannot do, and that it is told so.
def told(name, call):
    said = [None]

    def tell():
        if said[0] is not None:
            return
        try:
            call()
            said[0] = "no error"
        except Exception as er:
            said[0] = type(er)

    def make():
        finaliser(tell)

    make()
    make()
    scrub()
    gc.collect()
    print(name, said[0])


loop = asyncio.get_event_loop()


async def nothing():
    pass


def yes():
    return True


async def waits():
    for at in asyncio.Event(), asyncio.when(yes), asyncio.readable(asyncio.ThreadSafeFlag()):
        told("await", at.__next__)


told("run_forever", loop.run_forever)
told("run_until_complete", asyncio.run_until_complete)
coro = nothing()
told("create_task", lambda: asyncio.create_task(coro))
told("call_soon", lambda: loop.call_soon(print))
told("call_later", lambda: loop.call_later_ms(5, print))
asyncio.run(waits())


# What may be called from any context may be from a finaliser.
heard = [False]


def later():
    heard[0] = True


told("call_soon_threadsafe", lambda: loop.call_soon_threadsafe(later))


def threadsafe_garbage():
    here = []

    def mine():
        print("never", here)

    def tell():
        try:
            loop.call_soon_threadsafe(mine)
            print("no error")
        except RuntimeError as er:
            print("its own callback", type(er))

    here.append(finaliser(tell))
    here.append(here)


threadsafe_garbage()
scrub()
gc.collect()
told("stop", loop.stop)
loop.run_forever()
asyncio.run(settle())
print("called by the loop", heard[0])
