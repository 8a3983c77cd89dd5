# 20000 connections with a heap of 300 KB. Each leaves a task behind that waits for an event which nothing can reach any
# more: what a handler forgets is garbage, and the heap's level does not rise (docs/behaviour.md, 8.5).
import gc
import io
import sys

asyncio = __import__(sys.argv[1] if len(sys.argv) > 1 else "asyncio")
N, FIRST = 20000, 1000
ROUNDS = 5


# A connection without a network: what the client sends is there, what the server sends is counted.
class Connection(io.IOBase):
    def __init__(self, request):
        self.request = request
        self.sent = 0

    def ioctl(self, request, arg):
        return arg if request == 3 else 0  # always ready

    def readline(self):
        request, self.request = self.request, b""
        return request

    def write(self, data):
        self.sent += len(data)
        return len(data)


async def sender(writer, closed):
    # Would say goodbye: nobody sets this event.
    await closed.wait()
    writer.write(b"bye\n")


async def handler(reader, writer):
    closed = asyncio.Event()
    asyncio.create_task(sender(writer, closed))
    request = await reader.readline()
    writer.write(b"echo " + request)
    await writer.drain()


def level():
    try:
        1 / 0  # what the stack holds of before is written over
    except ZeroDivisionError:
        pass
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


async def main():
    served = 0
    first = last = 1 << 30
    for n in range(1, N + 1):
        connection = Connection(b"request\n")
        stream = asyncio.StreamReader(connection)
        await asyncio.create_task(handler(stream, stream))
        await asyncio.sleep_ms(0)
        served += connection.sent == len(b"echo request\n")
        # What a collector that looks for pointers anywhere on the stack keeps by chance differs from one to the next.
        if FIRST - ROUNDS < n <= FIRST:
            first = min(first, level())
        if N - ROUNDS < n:
            last = min(last, level())
    print(served, "connections;", "the level rises by", max(0, last - first), "bytes")


asyncio.run(main())
