# A driver in Python whose ioctl(), read() or write() raises, answers nonsense or meddles with the loop: only who uses it
# hears of that, once, and the stream can be used again.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _io_queue, _mock_clock as clock, wake

clock(0)
loop = asyncio.get_event_loop()
beats = 0


class Device(io.IOBase):
    ready = 0
    asked = None  # called by ioctl()
    data = b""

    def ioctl(self, request, arg):
        if request != 3:
            return 0  # of no file descriptor
        if self.asked:
            return self.asked(arg)
        return self.ready & arg

    def read(self, n=-1):
        self.ready &= ~1
        if callable(self.data):
            return self.data()
        data = self.data
        self.data = b""
        return data

    readline = read

    def readinto(self, buf):
        data = self.read()
        buf[: len(data)] = data
        return len(data)

    def write(self, buf):
        self.ready &= ~4
        if callable(self.data):
            return self.data()
        return len(buf)


async def beat():
    global beats
    while True:
        await asyncio.sleep_ms(1)
        beats += 1


async def tried(coro):
    try:
        return await coro
    except BaseException as er:
        return type(er).__name__


def fail(exc):
    raise exc


# How it ends for a reader, a writer and who waits for another stream; then all goes well.
async def case(name, answer, then=None):
    global beats
    device = Device()
    stream = asyncio.Stream(device)
    stream.out_buf = b"x"
    other = Device()
    tasks = [
        asyncio.create_task(tried(coro))
        for coro in (stream.read(4), stream.drain(), asyncio.Stream(other).read(4))
    ]
    device.tasks = tasks
    await asyncio.sleep_ms(5)
    device.asked = lambda arg: answer(device)
    beats = 0
    await asyncio.sleep_ms(5)
    steady = beats in (4, 5)
    ended = [t.done() for t in tasks]
    device.asked = None
    other.data = device.data = b"data"
    other.ready = device.ready = 5
    await asyncio.sleep_ms(3)
    got = []
    for t in tasks:
        got.append(await tried(t))
    print(name, ended, got, "" if steady else beats)
    # Nobody is said to wait for it still.
    device.data = b"more"
    device.ready = 5
    stream.out_buf = b"y"
    got = await asyncio.wait_for_ms(stream.read(4), 5)
    await asyncio.wait_for_ms(stream.drain(), 5)
    assert got == b"more" and not stream.out_buf


async def ioctls():
    loop.set_exception_handler(lambda loop, context: print("handler", context["exception"]))
    for exc in (
        OSError(5),
        ValueError,
        asyncio.CancelledError,
        asyncio.TimeoutError,
        StopIteration,
    ):
        await case(repr(exc), lambda device: fail(exc))
    for answer in (None, "x", 5.0, [], -1, -5, 1 << 30, 256):
        await case(repr(answer), lambda device: answer)
    for name, meddle in (
        ("cancels both", lambda d: (d.tasks[0].cancel(), d.tasks[1].cancel())),
        ("cancels the last", lambda d: d.tasks[2].cancel()),
        ("closes a coroutine", lambda d: d.tasks[0].coro.close()),
        ("wakes", lambda d: wake(d.tasks[0])),
        ("removes", lambda d: _io_queue.remove(d.tasks[2])),
        ("runs", lambda d: loop.run_forever()),
        ("waits", lambda d: _io_queue.queue_read(d)),
        ("calls", lambda d: loop.call_soon(lambda: None)),
        ("starts", lambda d: asyncio.create_task(asyncio.sleep_ms(1))),
        ("awaitable", lambda d: asyncio.readable(d)),
    ):

        def once(d):
            d.asked = None
            meddle(d)
            return 0

        if name != "removes":  # who removes it must schedule it
            await case(name, once)


async def reads():
    for what in (
        OSError(5),
        ValueError,
        asyncio.CancelledError,
        KeyboardInterrupt,
        SystemExit,
        StopIteration,
        GeneratorExit,
    ):
        device = Device()
        stream = asyncio.Stream(device)
        device.ready = 5
        stream.out_buf = b"out"
        device.data = lambda: fail(what)
        got = []
        for f in (stream.read, stream.readline, stream.drain, lambda: stream.readexactly(2)):
            device.ready = 5
            got.append(await asyncio.create_task(tried(f())))
        # It is all right again.
        device.data = b"ok"
        device.ready = 5
        print(repr(what), got, await stream.read(2), stream.out_buf)
        await stream.drain()
        assert stream.out_buf == b""
    for what in ("text", 5, [], b"too much"):
        device = Device()
        stream = asyncio.Stream(device)
        got = []
        for f in (lambda: stream.read(2), stream.readline, lambda: stream.readexactly(2)):
            device.ready = 1
            device.data = lambda: what
            got.append(await tried(asyncio.wait_for_ms(f(), 20)))
        print(repr(what), got)
    for what in (None, 0, "text", 100):
        device = Device()
        stream = asyncio.Stream(device)
        device.ready = 4
        device.data = lambda: what
        stream.out_buf = b"abc"
        got = await tried(asyncio.wait_for_ms(stream.drain(), 20))
        print("wrote", repr(what), got, bytes(stream.out_buf))


async def main():
    t = asyncio.create_task(beat())
    await ioctls()
    await reads()
    t.cancel()


asyncio.run(main())
