# The system gives the number of a closed descriptor to the next connection: whoever waited at the old
# one is told that it is closed, and gets nothing of the new one. (A whole line may be lost else.)
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import errno
import pyb
import socket

served = []


async def keep(r, w):
    served.append(w)


async def serve():
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            return await asyncio.start_server(keep, "127.0.0.1", port), port
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


async def use(name, aw):
    try:
        print(name, await aw)
    except (OSError, EOFError) as er:
        print(name, repr(er))


async def connect(port):
    n = len(served)
    r, w = await asyncio.open_connection("127.0.0.1", port)
    while len(served) == n:
        await asyncio.sleep_ms(1)
    return r


async def main():
    server, port = await serve()
    for name, f in (
        ("read", lambda s: s.read(99)),
        ("read all", lambda s: s.read()),
        ("readline", lambda s: s.readline()),
        ("readexactly", lambda s: s.readexactly(3)),
        ("readuntil", lambda s: s.readuntil()),
    ):
        old = await connect(port)
        t = asyncio.create_task(use(name, f(old)))
        await asyncio.sleep_ms(2)
        number = old.s.fileno()
        old.close()
        await old.wait_closed()
        # The same number at once, in the same step.
        s = socket.socket()
        print("the same number", s.fileno() == number)
        s.close()
        new = await connect(port)
        print("the same number", new.s.fileno() == number)
        await old.wait_closed()  # does not close the new one
        served[-1].write(b"hello\n")
        print("new", await asyncio.wait_for(new.readline(), 1))
        await t
        await use("old", old.read(9))
        await new.wait_closed()

    # A writer: of what the old one held nothing comes to the new one.
    old = await connect(port)
    while not old.out_buf:
        old.write(bytes(100000))
    t = asyncio.create_task(use("drain", old.drain()))
    await asyncio.sleep_ms(2)
    number = old.s.fileno()
    w = asyncio.create_task(old.wait_closed())
    await asyncio.sleep_ms(2)
    w.cancel()
    await asyncio.sleep_ms(0)
    new = await connect(port)
    print("the same number", new.s.fileno() == number)
    new.write(b"hello\n")
    print("new", await asyncio.wait_for(served[-1].readline(), 1))
    await t
    await new.wait_closed()

    # Two objects with one number, both waited for in one direction, are two streams.
    a = await connect(port)
    t = asyncio.create_task(use("object", asyncio.readable(a.s)))
    u = asyncio.create_task(use("number", asyncio.readable(a.s.fileno())))
    await asyncio.sleep_ms(2)
    served[-1].write(b"x")
    await t
    await u
    await a.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
