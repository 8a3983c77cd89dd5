# Data over TLS: nothing is lost where the peer closes the connection and nothing else, as most do; where more is written
# while the library holds a record; where a read is cut short. Each way to read, at the end and in the middle.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

try:
    import ssl
except ImportError:
    print("SKIP: needs ssl, which this firmware has not")
    raise SystemExit

import asyncio_priority as asyncio
import errno
import os

HOST = "127.0.0.1"


async def start(cb):
    global port
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("certificates/ec.cert.der", "certificates/ec.key.der")
    while True:
        port = 20000 + os.urandom(1)[0] * 40 + os.urandom(1)[0]
        try:
            return await asyncio.start_server(cb, HOST, port, ssl=context)
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


async def connect():
    s, _ = await asyncio.open_connection(HOST, port, ssl=True)
    return s


async def over(read, *args):
    try:
        return await read(*args)
    except EOFError:
        return EOFError


# The peer sends all of this and closes the connection; the reader begins when both has long come.
async def ends():
    async def serve(reader, writer):
        await reader.readexactly(1)
        await writer.awrite(b"first\nlast")
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await start(serve)
    for name, args in (
        ("read", ()),
        ("read", (100,)),
        ("read", (3,)),
        ("read", (0,)),
        ("readline", ()),
        ("readexactly", (7,)),
        ("readexactly", (0,)),
        ("readexactly", (100,)),
        ("readuntil", (b"st",)),
        ("readuntil", (b"no",)),
        ("readinto", (bytearray(4),)),
        ("readinto", (bytearray(100), 2)),
    ):
        gone = asyncio.Event()
        s = await connect()
        await s.awrite(b"x")
        await gone.wait()
        got = await over(getattr(s, name), *args)
        if name == "readinto":
            got = bytes(args[0][:got])
        print(name, got, await s.readline(), await s.readline(), await s.read(), await s.read(1))
        s.close()
        await s.wait_closed()
    server.close()
    await server.wait_closed()


# The peer does not read until the client can send no more. What is written meanwhile comes behind that, all of it.
async def full():
    async def serve(reader, writer):
        await writer.awrite(b"x")  # the handshake is over
        await may_read.wait()
        wrong = 0
        for i in range(sent):
            wrong += await reader.readexactly(SIZE) != bytes([i & 255]) * SIZE
        print("wrong chunks:", wrong)
        print(await reader.readuntil(b"."))
        done.set()

    SIZE = 3000  # less than a record
    may_read = asyncio.Event()
    done = asyncio.Event()
    server = await start(serve)
    s = await connect()
    await s.readexactly(1)
    sent = 0
    while not s.out_buf:
        s.write(bytes([sent & 255]) * SIZE)
        sent += 1
        try:
            await asyncio.wait_for_ms(s.drain(), 50)
        except asyncio.TimeoutError:
            pass
    for i in range(10):
        s.write(b"%d " % i)
        s.write(b"")
    s.write(b".")
    may_read.set()
    await s.drain()
    try:
        await asyncio.wait_for(done.wait(), 10)
    except asyncio.TimeoutError:
        print("stuck")
    s.close()
    await s.wait_closed()
    server.close()
    await server.wait_closed()


# A read that is cut short, and one while another task writes: as of any stream.
async def short():
    async def serve(reader, writer):
        await reader.read(1)
        for part in (b"one", b" two\n", b"three", b"four"):
            await writer.awrite(part)
            await reader.readexactly(1)
        writer.close()
        await writer.wait_closed()

    server = await start(serve)
    s = await connect()
    await s.awrite(b"x")
    for read, args in ((s.readline, ()), (s.readexactly, (8,))):
        asked = False
        while True:
            try:
                got = await asyncio.wait_for_ms(read(*args), 20)
                break
            except asyncio.TimeoutError:
                # It has what came, and waits for more. The peer waits as well, for this.
                if s.in_buf and not asked:
                    asked = True
                    await s.awrite(b"x")
        print(got, "cut short" if asked else "")
        await s.awrite(b"x")
    print(await s.read())
    s.close()
    await s.wait_closed()
    server.close()
    await server.wait_closed()


# close() wakes who reads; the descriptor is closed once.
async def closing():
    async def serve(reader, writer):
        print("server:", await reader.read(1), await reader.read(1))
        done.set()

    done = asyncio.Event()
    server = await start(serve)
    s = await connect()
    await s.awrite(b"x")
    reader = asyncio.create_task(s.read(1))
    await asyncio.sleep_ms(5)
    s.close()
    print("closed:", await reader)
    await s.wait_closed()
    await done.wait()
    server.close()
    await server.wait_closed()


for main in (ends, full, short, closing):
    asyncio.run(main())
