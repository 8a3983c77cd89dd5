# TLS: a server with RSA and EC keys, clients that check it, and all that goes wrong in a handshake: wrong names,
# authorities and times, no certificate of the client's, no TLS at all, a peer that goes in its middle, one that says
# nothing. Each ends with an error on both sides, and leaves no descriptor open, though nobody closes.
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
import io
import os

HOST = "127.0.0.1"


def der(name):
    return "certificates/%s.der" % name


def server_context(cert, key=None, checks=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(der(cert + ".cert"), der((key or cert) + ".key"))
    if checks:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(der("authority.cert"))
    return context


def client_context(authority="authority", cert=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cafile=der(authority + ".cert"))
    if cert:
        context.load_cert_chain(der(cert + ".cert"), der(cert + ".key"))
    return context


def descriptors():
    return sum(1 for _ in os.ilistdir("/dev/fd"))


# Which OSError it is goes by who is faster: an alert of TLS, or the end of the connection.
def kind(er):
    return "ValueError: " + er.args[0].strip() if isinstance(er, ValueError) else type(er).__name__


said = []
kept = []  # all streams, so that no finaliser closes a socket


# Nobody closes: what is closed behind an error the stream closes itself.
async def handler(reader, writer):
    kept.append(reader)
    try:
        got = await asyncio.wait_for_ms(reader.readline(), limit)
        writer.write(b"<" + got)
        await writer.drain()
        said.append("server got %r" % got)
        writer.close()
        await writer.wait_closed()
    except (OSError, ValueError, asyncio.TimeoutError) as er:
        said.append("server: " + kind(er))
        if isinstance(er, asyncio.TimeoutError):
            writer.close()
            await writer.wait_closed()
    served.set()


async def start(context, cb=handler):
    global port
    while True:
        port = 20000 + os.urandom(1)[0] * 40 + os.urandom(1)[0]
        try:
            return await asyncio.start_server(cb, HOST, port, ssl=context)
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


async def secure(context, name="server.test", ms=30000):
    try:
        s, _ = await asyncio.open_connection(HOST, port, ssl=context, server_hostname=name)
        kept.append(s)
        await asyncio.wait_for_ms(s.awrite(b"hello\n"), ms)
        said.append("client got %r" % await s.read())
    except (OSError, ValueError, asyncio.TimeoutError) as er:
        said.append("client: " + kind(er))
        if not isinstance(er, asyncio.TimeoutError):
            return
    s.close()
    try:
        await asyncio.wait_for_ms(s.wait_closed(), ms)  # it would send what is left
    except asyncio.TimeoutError:
        pass


# A client that sends `text`, reads `answer` bytes of what comes, and goes; or stays until the server has given up.
async def raw_client(text, answer=0, stays=False):
    s, _ = await asyncio.open_connection(HOST, port)
    await s.awrite(text)
    if answer:
        await s.readexactly(answer)
    if stays:
        await served.wait()
    s.close()
    await s.wait_closed()
    said.append("client went")


# A server that reads a little, sends `text` and goes; or stays until the client has given up.
async def raw_server(text, stays=False):
    async def answer(reader, writer):
        await reader.read(1)
        await writer.awrite(text)
        if stays:
            await gave_up.wait()
        writer.close()
        await writer.wait_closed()
        served.set()

    return await start(None, answer)


# The first message of a client's handshake.
def hello():
    class Wire(io.IOBase):
        said = b""

        def write(self, buf):
            self.said += buf
            return len(buf)

        def readinto(self, buf):
            return None

        def ioctl(self, request, arg):
            return 0

    wire = Wire()
    client_context().wrap_socket(
        wire, server_hostname="server.test", do_handshake_on_connect=False
    ).write(b"x")
    return wire.said


async def case(name, server, client, ms=30000):
    global limit, served, gave_up
    limit = ms
    served = asyncio.Event()
    gave_up = asyncio.Event()
    said.clear()
    before = descriptors()
    server = await server
    await client
    gave_up.set()
    await served.wait()
    server.close()
    await server.wait_closed()
    print(name + ":", *sorted(said), sep="\n    ")
    for _ in range(500):  # a failed handshake's is closed a little later
        if descriptors() == before:
            break
        await asyncio.sleep_ms(10)
    else:
        print("    descriptors left:", descriptors() - before)
    kept.clear()


async def main():
    # The loop's own descriptors exist from its first idle wait on. A .mpy, which has use(), has none.
    before = descriptors()
    while not hasattr(asyncio, "use") and descriptors() == before:
        await asyncio.sleep_ms(5)
    for key in ("rsa", "ec"):
        context = server_context(key)
        await case(key, start(context), secure(client_context()))
        await case(key + ", a client that does not check", start(context), secure(True, None))
        await case(key + ", wrong name", start(context), secure(client_context(), "other.test"))
        await case(key + ", wrong authority", start(context), secure(client_context("stranger")))
        await case(key + ", plain HTTP", start(context), raw_client(b"GET / HTTP/1.0\r\n\r\n"))
        await case(key + ", goes at once", start(context), raw_client(b""))
        half = hello()[:40]
        await case(key + ", goes in the first message", start(context), raw_client(half))
        await case(key + ", goes behind it", start(context), raw_client(hello(), 1))
        await case(key + ", silent", start(context), raw_client(b"", stays=True), 20)
        await case(key + ", silent in it", start(context), raw_client(half, stays=True), 20)
        await case(key + ", silent behind it", start(context), raw_client(hello(), 1, True), 20)
    await case("expired", start(server_context("expired", "ec")), secure(client_context()))
    both = server_context("ec", checks=True)
    await case("a client's certificate", start(both), secure(client_context(cert="client")))
    await case("none of the client's", start(both), secure(client_context()))
    await case("a server that goes", raw_server(b""), secure(client_context()))
    await case(
        "a server of HTTP", raw_server(b"HTTP/1.0 400 Bad\r\n\r\n"), secure(client_context())
    )
    await case("a silent server", raw_server(b"", True), secure(client_context(), ms=20))


asyncio.run(main())
