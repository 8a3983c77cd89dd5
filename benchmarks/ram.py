# ram.py  RAM that tasks take while they wait, in the firmware: bytes each, everything counted.
#
#   micropython ram.py LOOP KIND
#
# LOOP as in steps.py. KIND: what they wait for; `hundred`: what `import`, get_event_loop() with its default lengths and
# a hundred tasks that sleep take together; or `start`: that prints what `import` and get_event_loop() take, and what is
# taken when the names that programs use have been touched too.

import gc
import sys
from silent import silent

# Beyond what get_event_loop() has reserved: else the first tasks cost no room of their own.
FEW, MANY = 160, 288


async def sleeping():
    await aio.sleep_ms(FAR)


async def event():
    await it.wait()


async def lock():
    await it.acquire()


async def queue():
    await it.get()


async def when():
    await aio.when(no)


async def stream():
    await readers.pop().read(1)


async def joined():
    await it


def no():
    return False


FAR = 100_000_000
NAMES = "Event", "Lock", "ThreadSafeFlag", "gather", "wait_for", "open_connection", "start_server"


def used():
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


def fill(loop, n):
    for _ in range(n):
        loop.create_task(kinds[kind]())
    loop.run_until_complete(settle())


async def settle():
    # Until each of them waits.
    for _ in range(4):
        await aio.sleep_ms(0)


kinds = {
    "sleeping": sleeping,
    "event": event,
    "lock": lock,
    "queue": queue,
    "when": when,
    "stream": stream,
    "joined": joined,
}
loop_name, kind = sys.argv[1:]
module = {"ours": "asyncio_priority", "stock": "stock_asyncio", "v2": "uasyncio_v2"}[loop_name]
sys.path.append("build/v2" if sys.platform == "linux" else "build/v2/board")
before = used()
aio = __import__(module)
loop = aio.get_event_loop(MANY + 16, MANY + 16) if loop_name == "v2" else aio.get_event_loop()

if kind == "start":
    at_first = used() - before
    for name in NAMES:
        getattr(aio, name)
    print(at_first, used() - before)
    sys.exit()

if kind == "hundred":
    kind = "sleeping"
    fill(loop, 100)
    print(used() - before)
    sys.exit()

it = None
if kind == "event":
    it = aio.Event()
elif kind == "lock":
    it = aio.Lock()
    loop.run_until_complete(it.acquire())
elif kind == "queue":
    it = aio.Queue()
elif kind == "joined":
    it = loop.create_task(sleeping())
readers = [aio.StreamReader(silent()) for _ in range(MANY)] if kind == "stream" else ()
fill(loop, FEW)
before = used()
fill(loop, MANY - FEW)
print((used() - before) / (MANY - FEW))
