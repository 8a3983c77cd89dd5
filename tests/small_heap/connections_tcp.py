# 2000 connections over TCP with a heap of 300 KB. Each leaves a task behind on either side that waits for what nothing can
# reach any more: the heap's level does not rise (docs/behaviour.md, 8.5).
import asyncio
import errno
import gc
import pyb

N, FIRST = 2000, 200
ROUNDS = 5
ended = 0  # handlers that are through


async def sender(writer, queue):
    while True:
        writer.write(await queue.get())
        await writer.drain()


async def handler(reader, writer):
    global ended
    queue = asyncio.Queue()
    asyncio.create_task(sender(writer, queue))
    queue.put_nowait(b"echo " + await reader.readline())
    await reader.readline()  # the client has it
    writer.close()
    await writer.wait_closed()
    ended += 1


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


# What a collector that looks for pointers anywhere on the stack keeps by chance differs from one connection to the next.
async def lowest_level(connect):
    lowest = None
    for _ in range(ROUNDS):
        connected = await connect()
        while ended < connected:  # the server's side of it still runs
            await asyncio.sleep_ms(0)
        now = level()
        lowest = now if lowest is None else min(lowest, now)
    return lowest


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

    async def connect():
        nonlocal answered
        answered += await client(port)
        return answered

    while answered < FIRST:
        await connect()
    first = await lowest_level(connect)
    while answered < N - ROUNDS:
        await connect()
    last = await lowest_level(connect)
    print(answered, "connections;", "the level rises by", max(0, last - first), "bytes")
    server.close()
    await server.wait_closed()


asyncio.run(main())
