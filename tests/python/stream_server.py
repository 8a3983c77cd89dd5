# A server that cannot accept, say because too many files are open, neither spins nor gives up.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

clock(0)


class Connection(io.IOBase):
    def setblocking(self, flag):
        print("blocking", flag)

    def ioctl(self, req, arg):
        return arg if req == 3 else 0

    def read(self, n):
        return b"data"

    def close(self):
        print("connection closed")


class Listener(Connection):
    refusals = 5

    def accept(self):
        if self.refusals:
            self.refusals -= 1
            print(clock(), "refused")
            raise OSError(24)
        print(clock(), "accepted")
        self.refusals = 2
        return Connection(), "address"

    def close(self):
        print(clock(), "listener closed")


async def handler(reader, writer):
    print(await reader.read(10), writer.get_extra_info("peername"))
    await writer.wait_closed()


async def main():
    server = asyncio.Server()
    server.task = asyncio.create_task(server._serve(Listener(), handler, None))
    await asyncio.sleep_ms(95)
    server.close()
    await server.wait_closed()


asyncio.run(main())
