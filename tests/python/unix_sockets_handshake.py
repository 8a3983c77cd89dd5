# A handshake that fails leaves no descriptor open, on either side, though nobody closes the stream: a
# server outlives 1000 such clients with few descriptors. (A stand-in for ssl: it fails in the first read or
# write, as that does where the handshake comes with these.)
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import errno
import io
import os
import pyb

kept = [None] * 1200  # all sockets, so that no finaliser closes one
made = 0


class Secure(io.IOBase):
    def __init__(self, sock):
        global made
        self.sock = sock
        kept[made] = sock
        made += 1

    def ioctl(self, req, arg):
        return arg if req == 3 else -1

    def setblocking(self, flag):
        self.sock.setblocking(flag)

    def fail(self, *_):
        self.sock = None  # as mbedtls does: who closes this closes no socket
        raise OSError(-0x7200, "MBEDTLS_ERR_SSL_INVALID_RECORD")

    read = readline = readinto = write = fail

    def close(self):
        if self.sock:
            self.sock.close()


class Context:
    def wrap_socket(self, sock, **kw):
        return Secure(sock)


def descriptors():
    return sum(1 for _ in os.ilistdir("/dev/fd"))


HANDLERS = (
    lambda s: s.read(1),
    lambda s: s.readline(),
    lambda s: s.readexactly(1),
    lambda s: s.readuntil(),
    lambda s: s.readinto(bytearray(1)),
    lambda s: s.awrite(b"x"),
)
failed = 0


# Does not close, whatever happens.
async def handler(reader, writer):
    global failed
    failed += 1
    try:
        await HANDLERS[failed % len(HANDLERS)](reader)
        print("no error")
    except OSError as er:
        if er.errno != -0x7200:
            print(repr(er))


async def serve():
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            return await asyncio.start_server(handler, "127.0.0.1", port, ssl=Context()), port
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


async def main():
    # The loop's own descriptors exist from its first idle wait on. A .mpy, which has use(), has none.
    before = descriptors()
    while not hasattr(asyncio, "use") and descriptors() == before:
        await asyncio.sleep_ms(5)
    before = descriptors()
    server, port = await serve()
    most = 0
    for n in range(1000):
        if n % 10:
            # What says something else than TLS, and goes.
            s, _ = await asyncio.open_connection("127.0.0.1", port)
            s.write(b"GET / HTTP/1.0\r\n\r\n")
            await s.wait_closed()
        else:
            # A client whose own side fails.
            s, _ = await asyncio.open_connection("127.0.0.1", port, ssl=Context())
            try:
                await HANDLERS[n // 10 % len(HANDLERS)](s)
                print("no error")
            except OSError:
                pass
        most = max(most, descriptors())
        if n % 100 == 0:
            print(n, "few" if most < 64 else most)
    while failed < 1000:
        await asyncio.sleep_ms(1)
    server.close()
    await server.wait_closed()
    for _ in range(500):  # a failed handshake's is closed a little later
        if descriptors() == before:
            break
        await asyncio.sleep_ms(10)
    print(failed, made, descriptors() - before)


asyncio.run(main())
