# A network within the program: asyncio_priority with an open_connection() and a start_server() that need no sockets.
import errno
import sys

import asyncio_priority as asyncio
from pipe import pipe

_servers = {}  # by port: the coroutine function for each client


async def open_connection(host, port, ssl=None):
    await asyncio.sleep_ms(1)
    if port not in _servers:
        raise OSError(errno.ECONNREFUSED)
    mine, theirs = pipe()
    stream = asyncio.Stream(theirs)
    asyncio.create_task(_servers[port](stream, stream))
    stream = asyncio.Stream(mine)
    return stream, stream


async def start_server(client, host, port):
    _servers[port] = client


class _Net:
    open_connection = staticmethod(open_connection)
    start_server = staticmethod(start_server)

    def __getattr__(self, name):
        return getattr(asyncio, name)


def replace():
    """Who imports asyncio_priority from now on has this network."""
    sys.modules["asyncio_priority"] = _Net()
