# server.py  A web server on microdot, and beside it a driver task and a task that waits for a
# condition, which measure how long they are kept waiting. run.py starts it.
#
#   micropython server.py MODULE PORT REQUESTS EVENT_US
# serves so many on that loop: `asyncio`, which is ours, or `stock_asyncio`. Standard input is the
# device: it sends the instant of each event, as four bytes of microseconds. A condition of the
# program itself comes true every EVENT_US. When the device closes, it prints a line of JSON and ends.

import json
import struct
import sys
import time

module = sys.argv[1]
port, total, event_us = (int(arg) for arg in sys.argv[2:])
aio = __import__(module)
priority = hasattr(aio, "when")

MASK = 0x3FFFFFFF
PAGE = "".join("line {:03} of a page of 2000 bytes\r\n".format(n) for n in range(59))[:2000]

begun = []  # when each request came to its page
events = {"device": [], "when": []}  # [when it happened, when its task ran]


def listen(start_server):
    # microdot leaves the length of the queue of new connections to asyncio, which has 5. Linux drops
    # what does not fit, unheard: some of 50 clients that come at once would wait for seconds.
    async def start(cb, host, port):
        server = await start_server(cb, host, port, backlog=100)
        print("ready")
        return server

    return start


class Asyncio:
    start_server = staticmethod(listen(aio.start_server))

    def __getattr__(self, name):
        return getattr(aio, name)


sys.modules["asyncio"] = Asyncio()  # what microdot imports

from microdot import Microdot  # noqa: E402

app = Microdot()


@app.get("/")
async def page(request):
    begun.append(time.ticks_us())
    return PAGE


def late(task, us):
    if 0 < len(begun) < total:  # while clients are being served
        now = time.ticks_us()
        events[task].append((now - us, now))


async def driver():
    # Fast I/O, where there is any.
    fast = {"fast": True} if priority else {}
    stream = aio.StreamReader(sys.stdin.buffer, **fast)
    while True:
        try:
            event = await stream.readexactly(4)
        except EOFError:
            return
        late("device", (time.ticks_us() - struct.unpack("<I", event)[0]) & MASK)


async def conditional():
    # Stock asyncio has no conditions: there the task looks every so often. That period is 1 ms, or
    # more where run.py slows all events down.
    at = time.ticks_us()
    look_ms = max(1, event_us // 5000)

    def due():
        return time.ticks_diff(time.ticks_us(), at) >= 0

    while True:
        at = time.ticks_add(at, event_us)
        if priority:
            await aio.when(due)
        else:
            while not due():
                await aio.sleep_ms(look_ms)
        late("when", time.ticks_diff(time.ticks_us(), at))


async def main():
    aio.create_task(app.start_server(host="127.0.0.1", port=port))
    aio.create_task(conditional())
    await driver()
    json.dump({"begun": begun, "events": events}, sys.stdout)


aio.run(main())
