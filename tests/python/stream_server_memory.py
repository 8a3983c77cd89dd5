# A server that has no memory for a connection: those before and after it are served, and it is told of.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

clock(0)


class Connection(io.IOBase):
    def __init__(self, n):
        self.n = n

    def setblocking(self, flag):
        if self.n == 5:
            raise MemoryError

    def ioctl(self, req, arg):
        return arg if req == 3 else 0

    def close(self):
        print(clock(), "closed", self.n)


class Listener(Connection):
    calls = 0

    def accept(self):
        self.calls += 1
        if self.calls == 2:
            raise MemoryError
        if self.calls > 7:
            raise OSError(11)
        return Connection(self.calls), "address"


async def serve(stream):
    print(clock(), "serves", stream.s.n)
    await stream.wait_closed()


def handler(reader, writer):
    if reader.s.n == 4:
        raise MemoryError
    if reader.s.n == 6:
        return None
    return serve(reader)


def reported(loop, context):
    print(clock(), context["message"], repr(context["exception"]), context["future"])


async def main():
    asyncio.get_event_loop().set_exception_handler(reported)
    server = asyncio.Server()
    server.task = asyncio.create_task(server._serve(Listener(0), handler, None))
    await asyncio.sleep_ms(95)
    print(server.task.done())
    server.close()
    await server.wait_closed()


asyncio.run(main())
