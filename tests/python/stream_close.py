# close() wakes who waits for the stream: a reader gets b"", a writer OSError. wait_closed() sends what
# write() still holds, and closes the descriptor once.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

IN, OUT, ERR = 1, 4, 8


# Takes `room` bytes each 10 ms while it is writable.
class Device(io.IOBase):
    def __init__(self, state=0, room=3):
        self.state = state
        self.room = room
        self.next = 0
        self.got = b""

    def ioctl(self, req, arg):
        if req != 3:
            return -1
        return (self.state if clock() >= self.next else self.state & ERR) & (arg | ERR)

    def read(self, n=-1):
        print("read")
        return b"r"

    readline = read

    def readinto(self, buf):
        print("readinto")
        return 1

    def write(self, buf):
        if self.state & ERR:
            raise OSError(104)
        if not self.state & OUT or clock() < self.next:
            return None
        self.next = clock() + 10
        self.got += bytes(buf[: self.room])
        return min(self.room, len(buf))

    def close(self):
        print(clock(), "device closed")


async def use(name, aw):
    try:
        got = await aw
    except (asyncio.TimeoutError, OSError, EOFError, RuntimeError) as er:
        got = repr(er)
    print(clock(), name, got)


async def main():
    clock(0)
    for name, f in (
        ("read", lambda s: s.read(9)),
        ("read all", lambda s: s.read()),
        ("readline", lambda s: s.readline()),
        ("readexactly", lambda s: s.readexactly(2)),
        ("readuntil", lambda s: s.readuntil()),
        ("readinto", lambda s: s.readinto(bytearray(1))),
        ("drain", lambda s: s.drain()),
        ("readable", lambda s: asyncio.readable(s.s)),
    ):
        for fast in (False, True):
            s = asyncio.Stream(Device(), fast=fast)
            s.out_buf = b"x"
            asyncio.create_task(use(name, f(s)))
            await asyncio.sleep_ms(10)
            s.close()
            s.close()
            await asyncio.sleep_ms(0)
            await asyncio.sleep_ms(0)
        # Also after that.
        await use(name + " again", asyncio.wait_for_ms(f(s), 5) if name == "read" else s.read(1))

    print("what came is there")
    s = asyncio.Stream(Device())
    s.in_buf = b"partial"
    asyncio.create_task(use("readline", s.readline()))
    await asyncio.sleep_ms(10)
    s.close()
    await asyncio.sleep_ms(0)
    s = asyncio.Stream(Device())
    s.in_buf = b"partial"
    asyncio.create_task(use("readexactly", s.readexactly(9)))
    await asyncio.sleep_ms(10)
    s.close()
    await use("read", s.read())
    await use("read", s.read())

    print("the rest is sent")
    for how in ("close", "none"):
        clock(0)
        s = asyncio.Stream(Device(OUT))
        s.write(b"123456789")
        if how == "close":
            s.close()
        s.write(b"0")
        await s.wait_closed()
        print(clock(), s.s.got)
        await s.wait_closed()
        await use("read", s.read(1))
        try:
            s.write(b"more")
        except OSError as er:
            print("write", repr(er))

    print("closed once")
    s = asyncio.Stream(Device())
    await s.wait_closed()
    await s.wait_closed()
    await s.aclose()

    print("while another one drains")
    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    asyncio.create_task(use("drain", s.drain()))
    await asyncio.sleep_ms(5)
    s.close()
    await s.wait_closed()
    print(clock(), s.s.got)

    # Without close(): at once.
    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    asyncio.create_task(use("drain", s.drain()))
    await asyncio.sleep_ms(5)
    await s.wait_closed()
    print(clock(), s.s.got)

    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    s.close()
    asyncio.create_task(use("drain", s.drain()))
    await asyncio.sleep_ms(5)
    await s.wait_closed()
    print(clock(), s.s.got)

    print("two wait")
    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    s.close()
    asyncio.create_task(use("wait_closed", s.wait_closed()))
    await asyncio.sleep_ms(5)
    await use("wait_closed", s.wait_closed())
    print(clock(), s.s.got)

    print("drain() after close()")
    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    s.close()
    await s.drain()
    print(clock(), s.s.got)
    await s.wait_closed()

    print("the peer takes no more")
    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    s.close()
    asyncio.create_task(use("wait_closed", s.wait_closed()))
    await asyncio.sleep_ms(15)
    s.s.state = ERR
    await asyncio.sleep_ms(5)
    print(clock(), s.s.got)

    print("time-out")
    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    s.close()
    asyncio.create_task(use("wait_closed", s.wait_closed()))
    asyncio.create_task(use("drain", s.drain()))
    await asyncio.sleep_ms(0)
    w = asyncio.create_task(use("wait_for", asyncio.wait_for_ms(s.wait_closed(), 15)))
    await w
    print(clock(), s.s.got)
    await asyncio.sleep_ms(20)
    clock(0)
    s = asyncio.Stream(Device(OUT))
    s.write(b"123456789")
    s.close()
    try:
        await asyncio.wait_for_ms(s.wait_closed(), 15)
    except asyncio.TimeoutError:
        print(clock(), "TimeoutError", s.s.got)
    await s.wait_closed()


asyncio.run(main())
