# TCP on loopback: server and client, IPv4 and IPv6, refused and taken ports, closing. No descriptor
# is left open.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import errno
import os
import pyb
import socket


def descriptors():
    return len(os.listdir("/dev/fd"))


async def serve(cb, host, **kw):
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            return await asyncio.start_server(cb, host, port, **kw), port
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


async def echo(reader, writer):
    host = socket.inet_ntop(*peer(writer))
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(b"%s said " % host)
        writer.write(line)
        await writer.drain()
    writer.close()
    await writer.wait_closed()
    print("server: connection closed")
    closed.set()


# (family, address) of the other side.
def peer(writer):
    address = writer.get_extra_info("peername")
    for family, start, length in ((socket.AF_INET, 4, 4), (socket.AF_INET6, 8, 16)):
        if len(address) == (16 if family == socket.AF_INET else 28):
            return family, address[start : start + length]


async def talk(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    print(reader is writer)
    for line in (b"one\n", b"two\n"):
        writer.write(line)
        await writer.drain()
        print(await reader.readline())
    await writer.wait_closed()


# The descriptors that are left open, after as long as a slow machine needs to close them.
async def left_open(before):
    for _ in range(250):
        if descriptors() == before:
            break
        await asyncio.sleep_ms(20)
    return descriptors() - before


async def main():
    global closed
    closed = asyncio.Event()
    # The loop's own descriptors exist from its first idle wait on. A .mpy, which has use(), has none.
    before = descriptors()
    while not hasattr(asyncio, "use") and descriptors() == before:
        await asyncio.sleep_ms(5)
    before = descriptors()

    for host in ("127.0.0.1", "::1"):
        server, port = await serve(echo, host)
        print(host, type(server) is asyncio.Server)
        await talk(host, port)
        await closed.wait()
        closed.clear()
        # Somebody else has the port.
        try:
            await asyncio.start_server(echo, host, port)
        except OSError as er:
            print("in use:", er.errno == errno.EADDRINUSE)
        server.close()
        await server.wait_closed()
        server.close()
        # Nobody listens there any more.
        try:
            await asyncio.open_connection(host, port)
        except OSError as er:
            print("refused:", er.errno == errno.ECONNREFUSED)
        print(descriptors() - before)

    for bad in (("127.0.0.1", "x"), ("no.such.host.invalid", 80), (None, 80)):
        for f in (asyncio.open_connection(*bad), asyncio.start_server(echo, *bad)):
            try:
                await f
                print("accepted", bad)
            except (OSError, TypeError):
                pass
    print(descriptors() - before)

    # The end of `async with` closes; a connection lives on.
    server, port = await serve(echo, "127.0.0.1")
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x\n")
        await writer.drain()
        print(await reader.readline())
    writer.write(b"y\n")
    await writer.drain()
    print(await reader.readline())
    await writer.wait_closed()
    await closed.wait()
    print(await left_open(before))

    # Who waits for the server's end is cancelled: that ends the server.
    server, port = await serve(echo, "127.0.0.1")
    try:
        await asyncio.wait_for_ms(server.wait_closed(), 20)
    except asyncio.TimeoutError:
        print("TimeoutError", server.task.done(), descriptors() - before)

    # A connection that is cancelled while it is made. (Nobody takes it: the backlog is full.)
    server, port = await serve(echo, "127.0.0.1", backlog=0)
    server.task.cancel()
    t = asyncio.create_task(asyncio.open_connection("127.0.0.1", port))
    await asyncio.sleep_ms(0)
    t.cancel()
    try:
        s, _ = await t
        await s.wait_closed()
    except (asyncio.CancelledError, OSError):
        pass
    print(await left_open(before))

    # What a handler does wrong costs its connection, not the server.
    def handler(loop, context):
        print("handler:", context["message"], repr(context["exception"]))

    asyncio.Loop.set_exception_handler(handler)

    def no_coroutine(reader, writer):
        print("no coroutine")

    async def fails(reader, writer):
        try:
            raise ValueError("handler")
        finally:
            await writer.wait_closed()

    for cb in (no_coroutine, fails):
        server, port = await serve(cb, "127.0.0.1")
        for _ in range(2):
            s, _ = await asyncio.open_connection("127.0.0.1", port)
            try:
                print(await s.read())
            except OSError as er:
                print(er.errno == errno.ECONNRESET)
            await s.wait_closed()
        server.close()
        await server.wait_closed()
    print(await left_open(before))

    # The server and its connections are at the level of who started it.
    async def level(reader, writer):
        print("level", asyncio.current_task().level)
        await writer.wait_closed()

    async def start():
        global server, port
        server, port = await serve(level, "127.0.0.1")

    await asyncio.create_task(start(), level=asyncio.LOW)
    s, _ = await asyncio.open_connection("127.0.0.1", globals()["port"])
    print(await s.read())
    await s.wait_closed()
    print(globals()["server"].task.level)
    globals()["server"].close()
    await globals()["server"].wait_closed()
    print(descriptors() - before)


asyncio.run(main())
