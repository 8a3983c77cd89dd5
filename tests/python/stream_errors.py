# A hang-up or an error wakes both directions. What cannot be polled, and a second reader or writer,
# is told so. A driver's own error comes out where it is awaited.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

clock(0)
IN, OUT, ERR, HUP, NVAL = 1, 4, 8, 16, 32


class Device(io.IOBase):
    state = 0

    def ioctl(self, req, arg):
        if req != 3:
            return -1
        if isinstance(self.state, Exception):
            raise self.state
        return self.state & (arg | ERR | HUP | NVAL)

    def read(self, n):
        self.state = 0
        return b"r"

    def write(self, buf):
        return len(buf)


async def use(name, aw):
    try:
        got = await aw
        print(clock(), name, got)
    except (Exception, asyncio.CancelledError) as er:
        print(clock(), name, repr(er))


async def main():
    d = Device()
    for state in (IN, OUT, IN | OUT, ERR, HUP, NVAL):
        d.state = 0
        asyncio.create_task(use("reader", asyncio.readable(d)))
        asyncio.create_task(use("writer", asyncio.writable(d)))
        await asyncio.sleep_ms(10)
        print("state", state)
        d.state = state
        await asyncio.sleep_ms(10)
        d.state = IN | OUT
        await asyncio.sleep_ms(10)

    print("one each, and one too many")
    d.state = 0
    s = asyncio.Stream(d)
    asyncio.create_task(use("reader", s.read(1)))
    asyncio.create_task(use("reader 2", s.read(1)))
    s.out_buf = b"x"  # as if the device had not taken it
    asyncio.create_task(use("writer", s.drain()))
    asyncio.create_task(use("writer 2", s.drain()))
    asyncio.create_task(use("reader 3", asyncio.Stream(d).readline()))
    await asyncio.sleep_ms(10)
    d.state = IN | OUT
    await asyncio.sleep_ms(10)
    asyncio.create_task(use("reader 4", s.read(1)))
    d.state = IN
    await asyncio.sleep_ms(10)

    print("the driver fails")
    for er in (OSError(5), ValueError("driver")):
        d.state = er
        asyncio.create_task(use("reader", s.read(1)))
        await asyncio.sleep_ms(10)

    print("no streams")
    for no in (None, 5.5, "x", object(), main, {}):
        for f in (asyncio.readable, asyncio.writable):
            try:
                f(no)
                print("accepted", no)
            except TypeError as er:
                pass
        await use(type(no).__name__, asyncio.Stream(no).read(1))

    # The loop is none the worse.
    d.state = IN
    await use("reader", s.read(1))


asyncio.run(main())
