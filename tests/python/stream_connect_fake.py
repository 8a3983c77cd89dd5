# open_connection() calls nothing of a socket that MicroPython's own does not: a program's stand-in has no
# send(). What the attempt ended with is asked for only after an error or a hang-up.
import sys

if sys.platform != "linux":
    print("SKIP: needs a module socket that can be replaced")
    raise SystemExit

import asyncio_priority as asyncio
import io
from errno import EINPROGRESS
from uasyncio_priority import _mock_clock as clock

clock(0)
OUT, ERR, HUP = 4, 8, 16


class Fake(io.IOBase):
    found = OUT

    def __init__(self, *args):
        print("socket")

    def setblocking(self, flag):
        print("setblocking", flag)

    def connect(self, address):
        print("connect", address)
        raise OSError(EINPROGRESS)

    def ioctl(self, req, arg):
        return self.found & (arg | ERR | HUP) if req == 3 else -1

    def close(self):
        print("close")


class Refused(Fake):
    found = OUT | ERR

    def send(self, buf):
        print("send", buf)
        raise OSError(111)


class HungUp(Refused):
    found = HUP


class Sockets:
    SOCK_STREAM = 1

    def getaddrinfo(self, host, port, *_):
        return [(2, 1, 0, "", (host, port))]


async def main():
    for Sockets.socket in (Fake, Refused, HungUp):
        try:
            r, w = await asyncio.open_connection("192.0.2.1", 80)
            print("connected", r is w)
        except OSError as er:
            print(repr(er))


sys.modules["socket"] = Sockets()
asyncio.run(main())
