# Every fault, at every step of the waits for a stream with a driver in Python: another can wait for it at once, and what
# came meanwhile is there.
import sys

sys.path.append("../faults")
import io

import asyncio_priority as asyncio
from asyncio_priority import Stream
from inject import Kind, run
from uasyncio_priority import _io_queue


class Device(io.IOBase):
    def __init__(self):
        self.data = b""
        self.room = 0
        self.out = b""

    def ioctl(self, request, arg):
        if request != 3:
            return -1
        return (1 if self.data else 0) | (4 if self.room else 0)

    def read(self, n=-1):
        n = len(self.data) if n < 0 else n
        data = self.data[:n]
        self.data = self.data[n:]
        return data or None

    readline = read

    def readinto(self, buf):
        data = self.read(len(buf))
        if data:
            buf[: len(data)] = data
            return len(data)

    def write(self, buf):
        n = min(self.room, len(buf))
        self.room -= n
        self.out += bytes(buf[:n])
        return n


class Base(Kind):
    late = first = True
    alive = 12
    gone = passed = 11
    fast = True

    def __init__(self):
        self.device = Device()
        self.stream = Stream(self.device, fast=self.fast)
        self.sent = self.got = 0

    async def one(self):
        self.sent += 1
        self.device.data += b"\n"

    def left(self):
        self.sent -= self.got + len(self.device.data)
        return self.sent or None


class Read(Base):
    async def use(self):
        self.got += len(await self.stream.read(1))


class SlowRead(Read):
    fast = None
    ends = 11
    alive = 13


class ReadLine(Base):
    async def use(self):
        self.got += len(await self.stream.readline())


class ReadInto(Base):
    async def use(self):
        self.got += await self.stream.readinto(bytearray(1))


# Two pieces: the second comes at 10 too, for who is there. What was read of one that is given up is lost, as in V3.
class ReadExactly(Base):
    async def one(self):
        self.sent += 2
        self.device.data += b"\n\n"

    async def use(self):
        self.got += len(await self.stream.readexactly(2))


class Readable(Base):
    alive = 11

    def use(self):
        return asyncio.readable(self.device, True)


class Writable(Base):
    alive = 11

    async def one(self):
        self.device.room = 1

    def use(self):
        return asyncio.writable(self.device, True)

    def left(self):
        return None


class QueueRead(Readable):
    def use(self):
        yield _io_queue.queue_read(self.device, True)


# What was not sent is so with the next drain(): nothing is lost, nothing sent twice.
class Drain(Base):
    n = 0

    async def use(self):
        self.n += 1
        if not self.stream.out_buf:
            self.stream.write(b"%d" % self.n)
        await self.stream.drain()
        self.got += 1

    async def one(self):
        self.sent += 1
        self.device.room += 1

    def left(self):
        self.sent -= len(self.device.out) + self.device.room
        return self.sent or self.stream.out_buf or None


class AWrite(Drain):
    async def use(self):
        self.n += 1
        if self.stream.out_buf:
            await self.stream.drain()
        else:
            await self.stream.awrite(b"%d" % self.n)


# One reads while another writes.
class Both(Base):
    late = False
    first = False
    alive = gone = passed = 10
    reader = None

    async def use(self):
        task = asyncio.current_task()
        self.reader = self.reader or task
        if task is self.reader:
            self.got += len(await self.stream.read(1))
        else:
            await asyncio.writable(self.device, True)

    async def one(self):
        await Base.one(self)
        self.device.room = 1


run(
    Read,
    SlowRead,
    ReadLine,
    ReadInto,
    ReadExactly,
    Readable,
    Writable,
    QueueRead,
    Drain,
    AWrite,
    Both,
)
