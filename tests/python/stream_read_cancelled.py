# A time-out or a cancel in the middle of a read loses no byte: the next read begins with what came.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

clock(0)


# Has one piece each 10 ms.
class Device(io.IOBase):
    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.next = clock() + 10

    def ioctl(self, req, arg):
        return arg & 1 if req == 3 and clock() >= self.next else 0

    def read(self, n=-1):
        if not self.pieces:
            return b""
        piece = self.pieces.pop(0)
        if 0 <= n < len(piece):
            self.pieces.insert(0, piece[n:])
            return piece[:n]
        self.next = clock() + 10
        return piece

    def readinto(self, buf):
        piece = self.read(len(buf))
        buf[: len(piece)] = piece
        return len(piece)

    def readline(self):
        return self.read()


async def show(what, aw, ms=1000):
    try:
        result = await asyncio.wait_for_ms(aw, ms)
    except (asyncio.TimeoutError, EOFError, ValueError) as er:
        result = repr(er)
    print(what, result)


async def main():
    print("readline")
    r = asyncio.Stream(Device(b"hel", b"lo\n", b"next\n", b"the ", b"end"))
    await show("15 ms", r.readline(), 15)
    await show("again", r.readline())
    await show("next", r.readline())
    await show("15 ms", r.readline(), 15)
    await show("read(2)", r.read(2))
    await show("read()", r.read())
    await show("the end", r.readline())

    print("readexactly")
    r = asyncio.Stream(Device(b"abc", b"def", b"gh", b"ijklm"))
    await show("15 ms", r.readexactly(5), 15)
    await show("again", r.readexactly(5))
    await show("one", r.readexactly(1))
    await show("15 ms", r.readexactly(3), 15)
    await show("none", r.readexactly(0))
    await show("again", r.readexactly(3))
    await show("too many", r.readexactly(9))
    await show("what there was", r.read(9))
    await show("negative", r.readexactly(-1))

    print("read")
    r = asyncio.Stream(Device(b"abc", b"def", b"gh"))
    await show("25 ms", r.read(), 25)
    await show("2", r.read(2))
    await show("all", r.read())
    r = asyncio.Stream(Device(b"abc"))
    await show("5 ms", r.read(2), 5)
    await show("2", r.read(2))
    await show("2", r.read(2))

    print("readinto")
    r = asyncio.Stream(Device(b"abc", b"def"))
    await show("15 ms", r.read(), 15)
    buf = bytearray(2)
    for _ in range(3):
        await show("readinto", r.readinto(buf))
        print(bytes(buf))
    await show("15 ms", r.read(), 15)
    r.in_buf = b"xyz"
    await show("of one", r.readinto(buf, 1))
    print(bytes(buf))

    print("readuntil")
    r = asyncio.Stream(Device(b"one\ntw", b"o\nthree\r", b"\n\r", b"\n4, 5, ", b"6\nrest"))
    await show("line", r.readuntil())
    await show("5 ms", r.readuntil(), 5)
    await show("line", r.readuntil(b"\n"))
    await show("15 ms", r.readuntil(b"\r\n\r\n"), 15)
    await show("blank line", r.readuntil(b"\r\n\r\n"))
    await show("comma", r.readuntil(b", "))
    await show("comma", r.readuntil(b", "))
    await show("readline", r.readline())
    await show("the end", r.readuntil())
    await show("what there was", r.read(9))
    await show("empty", r.readuntil(b""))

    print("cancel")
    r = asyncio.Stream(Device(b"hel", b"lo\n"))
    t = asyncio.create_task(r.readline())
    await asyncio.sleep_ms(15)
    t.cancel()
    await show("cancelled", r.readline())


asyncio.run(main())
