# What open_connection and start_server ask of an SSLContext, and that no socket stays open if it
# fails. (A stand-in: a handshake needs certificates, and ssl is not in every firmware.)
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import errno
import os
import pyb


class Context:
    def __init__(self, error=None):
        self.error = error

    def wrap_socket(self, sock, **kw):
        print("wrap", sorted(kw.items()))
        if self.error:
            raise self.error
        return sock


async def serve(ssl):
    async def hello(reader, writer):
        writer.write(b"hello\n")
        await writer.drain()
        await writer.wait_closed()

    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            return await asyncio.start_server(hello, "127.0.0.1", port, ssl=ssl), port
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


def descriptors():
    return len(os.listdir("/dev/fd"))


async def main():
    await asyncio.sleep_ms(5)
    before = descriptors()
    asyncio.Loop.set_exception_handler(
        lambda loop, context: print("handler:", repr(context["exception"]))
    )
    for theirs in (Context(), Context(OSError(5)), Context(ValueError("certificate"))):
        server, port = await serve(theirs)
        for ours in (
            {"ssl": Context(), "server_hostname": "name"},
            {"ssl": Context(OSError(5))},
            {"ssl": Context(ValueError("hostname"))},
            {},
        ):
            try:
                s, _ = await asyncio.open_connection("127.0.0.1", port, **ours)
            except (OSError, ValueError) as er:
                print(repr(er))
            else:
                try:
                    print(await s.readline())
                except OSError as er:
                    print(er.errno == errno.ECONNRESET)
                await s.wait_closed()
            await asyncio.sleep_ms(20)
        server.close()
        await server.wait_closed()
        print(descriptors() - before)


asyncio.run(main())
