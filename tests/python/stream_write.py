# Writing: write sends what it can at once, drain the rest; with copy=False from the caller's buffer.
import array
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

clock(0)


# Takes up to `room` bytes each 10 ms.
class Device(io.IOBase):
    def __init__(self, room, busy=False):
        self.got = []
        self.room = room
        self.next = clock() + (10 if busy else 0)

    def ioctl(self, req, arg):
        if req == 3:
            return arg & 4 if clock() >= self.next else 0
        return -1

    def write(self, buf):
        if clock() < self.next:
            return None
        self.next = clock() + 10
        self.got.append((clock(), bytes(buf)[: self.room]))
        return len(self.got[-1][1])


# A driver of uasyncio V2.
class Old(Device):
    def write(self, buf, off, sz):
        return super().write(memoryview(buf)[off : off + sz])


class Wrong(Device):
    def write(self, buf):
        raise TypeError("this driver wants something else")


async def main():
    for device in (Device(4), Old(4)):
        start = clock()
        w = asyncio.StreamWriter(device, {})
        w.write(b"ab")
        await w.drain()  # nothing to do, but others run
        print(clock() - start, [(t - start, data) for t, data in device.got])

        w.write(b"cdefghij")  # refused as yet
        w.write("kl")
        w.write(bytearray(b"mn"))
        await w.drain()
        await asyncio.sleep_ms(10)
        w.write(b"123456789")  # taken in part
        await w.drain()
        print([(t - start, data) for t, data in device.got])

    # What a cancelled drain has sent is not sent again.
    device = Device(3)
    w = asyncio.StreamWriter(device, {})
    w.write(b"123456789")
    try:
        await asyncio.wait_for_ms(w.drain(), 15)
    except asyncio.TimeoutError:
        print("TimeoutError")
    await w.drain()
    print([data for _, data in device.got])

    # A write while another task drains is sent too.
    device = Device(3)
    w = asyncio.StreamWriter(device, {})
    w.write(b"123456789")
    drain = asyncio.create_task(w.drain())
    await asyncio.sleep_ms(15)
    w.write(b"abc")
    await drain
    print([data for _, data in device.got])

    # The caller's own buffer: what it holds when it is sent.
    device = Device(4)
    w = asyncio.StreamWriter(device, {})
    buf = bytearray(b"0123456789")
    w.write(buf, copy=False)
    buf[:] = b"abcdefghij"
    for copy in (True, False):
        try:
            w.write(b"more", copy=copy)
        except OSError as er:
            print("OSError:", er)
    await w.drain()
    await asyncio.sleep_ms(10)
    w.write(b"m", copy=False)  # taken at once: nothing to drain
    w.write(b"n")
    try:
        w.write(b"o", copy=False)
    except OSError as er:
        print("OSError:", er)
    await w.drain()
    print([data for _, data in device.got])

    # With a copy it may change at once. A length is in bytes, whatever the items are.
    device = Device(3)
    w = asyncio.StreamWriter(device, {})
    buf = bytearray(b"0123456789")
    w.write(buf)
    buf[:] = b"abcdefghij"
    await w.drain()
    w.write(array.array("H", [0x4141, 0x4242, 0x4343]))
    await w.drain()
    w.write("\u00e4\u00f6")
    await w.drain()
    print([data for _, data in device.got])

    # V2's forms.
    device = Device(3)
    w = asyncio.StreamWriter(device, {})
    await w.awrite(b"abcd")
    await w.awrite(b"0123456789", 4)
    await w.awrite(b"0123456789", 4, 2)
    await w.awrite(b"0123456789", sz=1)
    await w.awrite(b"xyz", 1, 0)
    await w.awritestr("text")
    await w.awriteiter(str(n) for n in range(3))
    print([data for _, data in device.got])

    w = asyncio.StreamWriter(Wrong(1), {})
    for wrong in (b"x", 5, None):
        try:
            w.write(wrong)
        except TypeError as er:
            print("TypeError:", er)


asyncio.run(main())
