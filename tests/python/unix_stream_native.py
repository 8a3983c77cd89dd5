# A Stream over a native stream, which is read and written in C: short reads, EAGAIN midway, the end in the middle of a line, what is
# kept for the next read, and reads that find something at once, of which the 16th in a row leaves a turn to others.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import pyb
import socket


def listen():
    while True:
        s = socket.socket()
        address = socket.getaddrinfo("127.0.0.1", 20000 + pyb.rng() % 10000)[0][-1]
        try:
            s.bind(address)
            break
        except OSError:
            s.close()
    s.listen(5)
    return s, address


listener, address = listen()


# A stream, and the socket at its other end.
def pair():
    peer = socket.socket()
    peer.connect(address)
    s = listener.accept()[0]
    s.setblocking(False)
    return asyncio.Stream(s), peer


async def tried(aw):
    try:
        return await aw
    except (OSError, EOFError, ValueError, RuntimeError) as er:
        return type(er).__name__


# A read that is cancelled when so much came.
async def cut(s, read, kept):
    t = asyncio.create_task(read)
    await asyncio.sleep_ms(0)
    while s.in_buf != kept:
        await asyncio.sleep_ms(1)
    t.cancel()
    try:
        return await t
    except asyncio.CancelledError:
        return "cut"


async def ends():
    s, peer = pair()
    peer.send(b"one\ntwo\nhal")
    print(await s.readline(), await s.read(2), await s.readline())
    print(await cut(s, s.readline(), b"hal"), s.in_buf)
    peer.send(b"f")
    peer.close()
    print(await s.readline(), await s.readline(), await s.read(), await s.read(3))
    print(await tried(s.readexactly(1)), await s.readexactly(0), await s.readinto(bytearray(2)))

    s, peer = pair()
    peer.send(b"abcde")
    print(
        await cut(s, s.readexactly(9), b"abcde"), s.in_buf, await s.read(0), await s.readexactly(2)
    )
    buf = bytearray(b"....")
    print(await s.readinto(buf, 2), buf, await s.readinto(buf), buf)
    print(
        await cut(s, s.readinto(buf), b""),
        await cut(s, s.read(3), b""),
        await cut(s, s.read(), b""),
    )
    peer.send(b"12345")
    print(await s.read(0), await s.readinto(buf), buf, await s.read(9))
    peer.send(b"a=1; b=2; c")
    print(
        await s.readuntil(b"; "), await s.readuntil(b"; "), await cut(s, s.readuntil(b"; "), b"c")
    )
    peer.close()
    print(await tried(s.readuntil(b"; ")), await tried(s.readuntil(b"")), await s.read())


async def large():
    s, peer = pair()
    data = bytes(i & 127 for i in range(5000))
    read = asyncio.create_task(s.readexactly(5000))
    for i in range(0, 5000, 1000):
        while len(s.in_buf) < i:
            await asyncio.sleep_ms(1)
        peer.send(data[i : i + 1000])
    print(await read == data)
    peer.send(data)
    peer.close()
    print(await s.read() == data, s.in_buf)
    s, peer = pair()
    line = b"x" * 1000 + b"\n"
    peer.send(line + b"y")
    print(await s.readline() == line, await s.read(5), len(s.in_buf))

    # More than the system takes: the rest is sent by drain(), in the order of the writes.
    s, peer = pair()
    sent = n = 0
    while not s.out_buf:
        s.write(data)
        sent += len(data)
    s.write("end")
    s.write(bytearray(b"!"))
    drain = asyncio.create_task(s.drain())
    tail = b""
    peer.setblocking(False)
    while n < sent + 4:
        await asyncio.readable(peer)
        got = peer.recv(65536)
        tail = (tail + got)[-4:]
        if n + len(got) <= sent:
            assert got == bytes((n + i) % 5000 & 127 for i in range(len(got)))
        n += len(got)
    print(tail, await drain, s.out_buf, n - sent)


async def twice():
    s, peer = pair()
    one = asyncio.create_task(s.readline())
    await asyncio.sleep_ms(0)
    print(await tried(s.readexactly(1)), await tried(s.readline()))
    peer.send(b"line\n")
    print(await one)
    one = asyncio.create_task(s.readline())
    await asyncio.sleep_ms(0)
    peer.send(b"half")
    while not s.in_buf:
        await asyncio.sleep_ms(1)
    s.close()
    print(await one, await s.read(5), await tried(s.wait_closed()), await tried(s.wait_closed()))
    try:
        s.write(b"x")
    except OSError:
        print("OSError")


async def by_hand():
    s, peer = pair()
    for coro in (s.read(1), s.drain(), s.wait_closed()):
        coro.close()
        print(await coro)
        try:
            coro.throw(KeyError)
        except KeyError:
            print("KeyError")
        try:
            coro.send(None)
        except StopIteration:
            print("StopIteration")


# Lines that are all there: how many are read in a row.
async def fair():
    turns = []

    async def other():
        while True:
            turns.append("o")
            await asyncio.sleep_ms(0)

    async def serve(reader, writer):
        writer.write(b"line\n" * 100)
        await writer.drain()
        sent.set()

    sent = asyncio.Event()
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            server = await asyncio.start_server(serve, "127.0.0.1", port)
            break
        except OSError:
            pass
    async with server:
        s, _ = await asyncio.open_connection("127.0.0.1", port)
        await sent.wait()
        t = asyncio.create_task(other())
        for _ in range(100):
            await s.readline()
            turns.append("r")
        t.cancel()
    print("in a row", max(len(r) for r in "".join(turns).split("o")))


async def main():
    await ends()
    await large()
    await twice()
    await by_hand()
    await fair()


asyncio.run(main())
