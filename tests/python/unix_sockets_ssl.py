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


# What either side says is printed when both are done: which of them is first is up to the system.
said_there = []
said_here = []


class Context:
    def __init__(self, said, error=None):
        self.said = said
        self.error = error

    def wrap_socket(self, sock, **kw):
        self.said.append("wrap %s" % sorted(kw.items()))
        if self.error:
            raise self.error
        return sock


async def serve(ssl):
    async def hello(reader, writer):
        writer.write(b"hello\n")
        await writer.drain()
        await writer.wait_closed()
        served.set()

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
    global served
    served = asyncio.Event()
    # The loop's own descriptors exist from its first idle wait on. A .mpy, which has use(), has none.
    before = descriptors()
    while not hasattr(asyncio, "use") and descriptors() == before:
        await asyncio.sleep_ms(5)
    before = descriptors()

    def handler(loop, context):
        said_there.append("handler: %r" % context["exception"])
        served.set()

    asyncio.Loop.set_exception_handler(handler)
    for error in (None, OSError(5), ValueError("certificate")):
        server, port = await serve(Context(said_there, error))
        for ours in (
            {"ssl": Context(said_here), "server_hostname": "name"},
            {"ssl": Context(said_here, OSError(5))},
            {"ssl": Context(said_here, ValueError("hostname"))},
            {},
        ):
            try:
                s, _ = await asyncio.open_connection("127.0.0.1", port, **ours)
            except (OSError, ValueError) as er:
                said_here.append(repr(er))
            else:
                try:
                    said_here.append(repr(await s.readline()))
                except OSError as er:
                    said_here.append(er.errno == errno.ECONNRESET)
                await s.wait_closed()
            await served.wait()
            served.clear()
            for line in said_there + said_here:
                print(line)
            said_there.clear()
            said_here.clear()
        server.close()
        await server.wait_closed()
        print(descriptors() - before)


asyncio.run(main())
