# A network within the program: asyncio_priority, and asyncio, with an open_connection() and a start_server() that need no
# sockets.
import errno
import sys

import asyncio_priority as asyncio
from pipe import pipe

_servers = {}  # by port: the coroutine function for each client, its SSLContext or None


def _stream(end, context, **kw):
    if context is None:
        return asyncio.Stream(end, {"peername": ("test", 0)})
    from _asyncio_stream import _TLSStream

    secure = context.wrap_socket(end, do_handshake_on_connect=False, **kw)
    return _TLSStream(secure, end)


async def open_connection(host, port, ssl=None, server_hostname=None):
    await asyncio.sleep_ms(1)
    if port not in _servers:
        raise OSError(errno.ECONNREFUSED)
    client, context = _servers[port]
    mine, theirs = pipe()
    stream = _stream(theirs, context, server_side=True)
    asyncio.create_task(client(stream, stream))
    stream = _stream(mine, ssl, server_hostname=server_hostname or host)
    return stream, stream


class Server:
    """Until the end of the scene."""

    async def wait_closed(self):
        await asyncio.Event().wait()


async def start_server(client, host, port, backlog=5, ssl=None):
    _servers[port] = client, ssl
    return Server()


def start(coro):
    """A task of the world, at low level: it does not push the program aside."""
    asyncio.create_task(coro, level=asyncio.LOW)


class _Net:
    open_connection = staticmethod(open_connection)
    start_server = staticmethod(start_server)

    def __getattr__(self, name):
        return getattr(asyncio, name)


def replace():
    """Who imports the loop from now on has this network."""
    sys.modules["asyncio_priority"] = sys.modules["asyncio"] = _Net()
