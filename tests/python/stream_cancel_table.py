# Each wait of a stream, hit by a time-out, a cancel, or both, in the tick in which it comes true: before
# that is noticed, and 0 to 3 steps after it. Nothing is lost, nothing is sent twice, nobody is stuck: what was
# not returned is there for the next call.
import asyncio_priority as asyncio
import io
import sys
from errno import EINPROGRESS
from uasyncio_priority import _mock_clock as clock

IN, OUT = 1, 4
LIMIT = 10  # ms
DATA = b"hello\nnext\n"


class Device(io.IOBase):
    def __init__(self, *_):
        self.incoming = b""
        self.sent = b""
        self.room = 0
        self.connections = 0
        self.open = True
        made.append(self)

    def ioctl(self, req, arg):
        if req != 3:
            return -1
        found = IN if self.incoming or self.connections else 0
        return arg & (found | OUT if self.room else found)

    def take(self, n):
        data, self.incoming = self.incoming[:n], self.incoming[n:]
        return data

    def read(self, n=-1):
        return self.take(len(self.incoming) if n < 0 else n)

    def readline(self):
        return self.take(self.incoming.find(b"\n") + 1 or len(self.incoming))

    def write(self, buf):
        n = min(self.room, len(buf))
        self.sent += bytes(buf[:n])
        self.room -= n
        return n or None

    def setblocking(self, flag):
        pass

    def connect(self, address):
        raise OSError(EINPROGRESS)

    def accept(self):
        self.connections -= 1
        return Device(), "address"

    def close(self):
        assert self.open
        self.open = False


made = []


class Sockets:
    SOCK_STREAM = 1
    socket = Device

    def getaddrinfo(self, *_):
        return [(2, 1, 0, "", "address")]


# -- what is waited for: begin(d, s) -> what to await; true(d): it comes true; lost(d, s, got): what is missing


def arrives(d):
    d.incoming += DATA[3:]


# All that came is what was returned, what the stream kept and what the device still has, in this order.
def bytes_lost(d, s, got):
    came = (got[0] if isinstance(got[0], bytes) else b"") + s.in_buf + d.incoming
    return 0 if came == DATA else came


def begin_write(d, s):
    s.write(b"0123456789")
    return s.drain()


def makes_room(d):
    d.room = 6


def makes_all_room(d):
    d.room = 10


# What was sent and what the stream keeps is what was written.
def unsent(d, s, got):
    every = d.sent + bytes(s.out_buf)
    return 0 if every == b"0123456789" and (got[0] is not None or not s.out_buf) else every


def begin_connect(d, s):
    made.clear()
    return asyncio.open_connection("192.0.2.1", 80)


def connects(d):
    made[0].room = 1


# A connection is returned, or it is closed.
def leaked(d, s, got):
    return 0 if made[0].open == isinstance(got[0], tuple) else "leaked"


served = []


async def serve(r, w):
    served.append(r.s)


def begin_accept(d, s):
    made.clear()
    served.clear()
    server = asyncio.Server()
    server.task = asyncio.create_task(server._serve(d, serve, None))
    return server.wait_closed()


def is_called(d):
    d.connections += 1


# A connection is handed to its handler, or is still the listener's.
def unserved(d, s, got):
    return 0 if len(served) + d.connections == 1 and served == made else "lost"


OPS = (
    ("read", lambda d, s: s.read(8), arrives, bytes_lost),
    ("read all", lambda d, s: s.read(), arrives, bytes_lost),
    ("readline", lambda d, s: s.readline(), arrives, bytes_lost),
    ("readexactly", lambda d, s: s.readexactly(8), arrives, bytes_lost),
    ("readuntil", lambda d, s: s.readuntil(b"o\n"), arrives, bytes_lost),
    ("write", begin_write, makes_room, unsent),
    ("write all", begin_write, makes_all_room, unsent),
    ("connect", begin_connect, connects, leaked),
    ("accept", begin_accept, is_called, unserved),
)


async def case(op, how, fast, steps):
    name, begin, true, lost = op
    clock(0)
    made.clear()
    d = Device()
    s = asyncio.Stream(d, fast=fast)
    if lost is bytes_lost and name != "read":
        d.incoming = DATA[:3]
    got = []

    async def user():
        try:
            wait = begin(d, s)
            got.append(await (wait if how == "cancel" else asyncio.wait_for_ms(wait, LIMIT)))
        except asyncio.CancelledError:
            got.append("cut")
        except asyncio.TimeoutError:
            got.append("late")

    t = asyncio.create_task(user())
    await asyncio.sleep_ms(LIMIT - 2)
    if name == "read":
        d.incoming = DATA[:3]

    def hit():
        if how != "time-out":
            t.cancel()

    if steps is None:
        clock(LIMIT)
        hit()
        true(d)
    else:
        true(d)
        clock(LIMIT - 1)  # from here on it is noticed
        for _ in range(steps):
            await asyncio.sleep_ms(0)
        clock(LIMIT)
        hit()
    for _ in range(3):
        await asyncio.sleep_ms(1)
    if not t.done():
        # It needs more than came: not before this.
        if name == "read all" or name == "write" or name == "accept":
            t.cancel()
            await asyncio.sleep_ms(5)
        else:
            return "stuck"
    missing = lost(d, s, got)
    if missing != 0:
        return "lost: %r" % missing
    result = got[0]
    return result if isinstance(result, str) else "got"


async def main():
    asyncio.get_event_loop().set_exception_handler(lambda loop, context: print(context))
    for op in OPS:
        for how in ("time-out", "cancel", "both"):
            for fast in (False, True):
                row = []
                for steps in (None, 0, 1, 2, 3):
                    row.append(await case(op, how, fast, steps))
                print(op[0], how, "fast:" if fast else "plain:", *row)


sys.modules["socket"] = Sockets()
asyncio.run(main())
