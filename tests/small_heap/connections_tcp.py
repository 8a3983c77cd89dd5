# 2000 connections over TCP with a heap of 300 KB. Each leaves a task behind on either side that waits for what nothing can
# reach any more: the heap's level does not rise (docs/behaviour.md, 8.5).
import asyncio
import errno
import gc
import pyb

N, FIRST = 2000, 200


async def sender(writer, queue):
    while True:
        writer.write(await queue.get())
        await writer.drain()


async def handler(reader, writer):
    queue = asyncio.Queue()
    asyncio.create_task(sender(writer, queue))
    queue.put_nowait(b"echo " + await reader.readline())
    await reader.readline()  # the client has it
    writer.close()
    await writer.wait_closed()


async def client(port):
    closed = asyncio.Event()

    async def watch():
        await closed.wait()

    asyncio.create_task(watch())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"request\n")
    await writer.drain()
    answer = await reader.readline()
    writer.write(b"done\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    return answer == b"echo request\n"


def level():
    try:
        1 / 0  # what the stack holds of before is written over
    except ZeroDivisionError:
        pass
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


async def serve():
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            return await asyncio.start_server(handler, "127.0.0.1", port), port
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


async def main():
    server, port = await serve()
    answered = 0
    for n in range(1, N + 1):
        answered += await client(port)
        if n == FIRST:
            first = level()
    last = level()
    print(answered, "connections;", "the level rises by", max(0, last - first), "bytes")
    server.close()
    await server.wait_closed()


asyncio.run(main())
