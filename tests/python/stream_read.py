# Reading: read, readinto, readexactly, readline; short reads, reads that find nothing, the end.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

clock(0)


# Has one piece each 10 ms; None: ready, but a read finds nothing.
class Device(io.IOBase):
    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.next = clock() + 10

    def ioctl(self, req, arg):
        if req == 3:
            return arg & 1 if clock() >= self.next else 0
        return 0  # to what it does not know

    def take(self, n):
        if not self.pieces:
            return b""
        piece = self.pieces.pop(0)
        if piece is not None and 0 <= n < len(piece):
            self.pieces.insert(0, piece[n:])
            piece = piece[:n]
        else:
            self.next = clock() + 10
        return piece

    def read(self, n=-1):
        return self.take(n)

    def readinto(self, buf, n=None):
        data = self.take(len(buf) if n is None else n)
        if data is None:
            return None
        buf[: len(data)] = data
        return len(data)

    def readline(self):
        return self.take(-1)


async def tick():
    while True:
        await asyncio.sleep_ms(1)


async def show(what, aw):
    try:
        result = await aw
    except EOFError:
        result = "EOFError"
    print(clock(), what, result)


async def main():
    asyncio.create_task(tick())
    r = asyncio.StreamReader(Device(b"abc", None, b"def"))
    await show("read(2)", r.read(2))
    await show("read(2)", r.read(2))
    await show("read(9)", r.read(9))
    await show("read(9)", r.read(9))

    r = asyncio.StreamReader(Device(b"abc", None, b"def"))
    await show("read()", r.read())

    r = asyncio.StreamReader(Device(b"abc", None, b"def", b"ghi"))
    await show("readexactly(5)", r.readexactly(5))
    await show("readexactly(0)", r.readexactly(0))
    await show("readexactly(5)", r.readexactly(5))

    r = asyncio.StreamReader(Device(b"on", None, b"e\n", b"two\n", "str", "ing\n", b"rest"))
    for _ in range(5):
        await show("readline()", r.readline())

    r = asyncio.StreamReader(Device(None, b"abcdef", b"gh"))
    buf = bytearray(4)
    for args in ((buf,), (buf, 1), (buf,), (buf,), (buf,)):
        await show("readinto" + str(args[1:]), r.readinto(*args))
        print(buf)


asyncio.run(main())
