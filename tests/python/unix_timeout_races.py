# The rows of stream_cancel_table.py for TCP sockets of the system: a wait is hit by a time-out, a cancel, or both, 0 to 3
# steps after it comes true. No byte and no connection is lost, nobody is stuck, no descriptor is left open.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import os
import pyb
import select
import socket
from uasyncio_priority import _mock_clock as clock

LIMIT = 10  # ms
SO_SNDBUF = 7  # of Linux
DATA = b"hello\nnext\n"
BULK = bytes(range(256)) * 64


def descriptors():
    return len(os.listdir("/dev/fd"))


# A socket that listens, and its address.
def listener():
    s = socket.socket()
    while True:
        address = socket.getaddrinfo("127.0.0.1", 20000 + pyb.rng() % 10000)[0][-1]
        try:
            s.bind(address)
            break
        except OSError:
            pass
    s.listen(5)
    s.setblocking(False)
    return s, address


# Of a sockaddr_in.
def port_of(address):
    return address[2] << 8 | address[3]


# Kinds of waits. begin(): what to await. true(): it comes true. ends(got): all is there, whoever has it; closes.
class Connected:
    def __init__(self):
        self.listener, address = listener()
        self.peer = socket.socket()
        self.peer.connect(address)
        self.s = asyncio.Stream(self.listener.accept()[0])
        self.s.s.setblocking(False)
        self.s.s.setsockopt(socket.SOL_SOCKET, SO_SNDBUF, 4 * len(BULK))

    def close(self):
        self.listener.close()
        self.peer.close()
        self.s._close_now()


class Read(Connected):
    def begin(self):
        return self.s.read(11)

    def true(self):
        self.peer.send(DATA)

    async def ends(self, got):
        rest = b""
        while len(got + rest) < len(DATA):
            rest += await self.s.read(11)
        assert got + rest == DATA, (got, rest)


# Some came before.
class Readline(Read):
    def begin(self):
        self.peer.send(DATA[:3])
        return self.s.readline()

    def true(self):
        self.peer.send(DATA[3:])


class Readexactly(Readline):
    def begin(self):
        self.peer.send(DATA[:3])
        return self.s.readexactly(8)


class Write(Connected):
    def begin(self):
        self.n = 0  # that its peer has
        self.wrote = 0
        return self.writes()

    async def writes(self):
        # Until the system takes no more.
        while not self.s.out_buf:
            self.s.write(BULK)
            self.wrote += len(BULK)
        await self.s.drain()
        return b"sent"

    def take(self):
        got = self.peer.recv(len(BULK) - 256)
        first = self.n % 256
        assert got == BULK[first : first + len(got)]
        self.n += len(got)

    def true(self):
        # TCP tells the other side when a good part of it is empty.
        poller = select.poll()
        poller.register(self.s.s, select.POLLOUT)
        while not poller.poll(0):
            self.take()

    async def ends(self, got):
        while self.n < self.wrote - len(self.s.out_buf):
            self.take()
        assert (got == b"sent") >= (not self.s.out_buf), "it ended before all was sent"
        t = asyncio.create_task(self.s.drain())
        while self.n < self.wrote:
            await asyncio.sleep_ms(1)
            self.take()
        await t


class Connect:
    def __init__(self):
        self.listener, self.address = listener()

    def begin(self):
        return asyncio.open_connection("127.0.0.1", port_of(self.address))

    def true(self):
        pass  # at the next look

    async def ends(self, got):
        try:
            peer = self.listener.accept()[0]
        except OSError:
            assert not got, "it had nothing to connect to"
            return
        if got:
            got[0].write(DATA)
            assert peer.recv(20) == DATA
            await got[0].wait_closed()
        assert peer.recv(20) == b"", "it is open, and nobody has it"
        peer.close()

    def close(self):
        self.listener.close()


# A connection is its server's, or it is closed.
class Accept:
    def __init__(self):
        self.listener, self.address = listener()
        self.peer = socket.socket()

    async def serve(self, reader, writer):
        writer.write(DATA)
        await writer.wait_closed()

    def begin(self):
        server = asyncio.Server()
        server.task = asyncio.create_task(server._serve(self.listener, self.serve, None))
        return server.wait_closed()

    def true(self):
        self.peer.connect(self.address)

    async def ends(self, got):
        for _ in range(3):
            await asyncio.sleep_ms(1)
        try:
            self.said = self.peer.recv(20)
            assert self.said in (b"", DATA)
        except OSError as er:
            assert er.errno == 104, er  # it was never taken in
            self.said = b""

    def close(self):
        self.peer.close()


async def case(kind, how, steps):
    clock(0)
    it = kind()
    got = []

    async def user():
        wait = it.begin()
        try:
            got.append(
                await (wait if how == "cancel" else asyncio.wait_for_ms(wait, LIMIT)) or b""
            )
        except asyncio.CancelledError:
            got.append("cut")
        except asyncio.TimeoutError:
            got.append("late")

    if kind is Connect:
        t = asyncio.create_task(user())
        await asyncio.sleep_ms(0)
    else:
        t = asyncio.create_task(user())
        await asyncio.sleep_ms(LIMIT - 2)
    it.true()
    clock(LIMIT - 1)  # from here on it is noticed
    for _ in range(steps):
        await asyncio.sleep_ms(0)
    clock(LIMIT)
    if how != "time-out":
        t.cancel()
    for _ in range(3):
        await asyncio.sleep_ms(1)
    if not t.done() and kind in (Write, Accept):
        t.cancel()  # it waits for more than came
        await asyncio.sleep_ms(1)
    assert t.done(), "stuck"
    result = got[0]
    if isinstance(result, str):
        await it.ends(b"")
    else:
        await it.ends(result)
        result = "got"
    if kind is Accept:
        result = "served" if it.said else "closed"
    it.close()
    return result


async def main():
    await case(Connect, "cancel", 0)  # imports what it needs
    before = descriptors()
    for kind in (Read, Readline, Readexactly, Write, Connect, Accept):
        for how in ("time-out", "cancel", "both"):
            row = []
            for steps in range(4):
                row.append(await case(kind, how, steps))
            print(kind.__name__, how, *row)
            assert descriptors() == before, "a descriptor is left open"


asyncio.run(main())
