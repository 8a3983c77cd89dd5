# 200 connections open and close while their readers are cancelled at random: no task is lost, no
# descriptor stays open, the heap is back at its level. One task reads a socket and another writes it.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import errno
import gc
import os
import pyb

# All may be on their way before the server accepts one; where the queue is too short Linux may lose
# what a connection sends first (SYN cookies).
CLIENTS = 200

ended = 0
answered = 0


async def serve(cb):
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            return await asyncio.start_server(cb, "127.0.0.1", port, backlog=CLIENTS), port
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


async def echo(reader, writer):
    try:
        while True:
            data = await reader.read(100)
            if not data:
                break
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # the client went away in the middle
    finally:
        await writer.wait_closed()


async def send(writer, n):
    for i in range(n):
        writer.write(b"%d\n" % i)
        await writer.drain()
        await asyncio.sleep_ms(pyb.rng() % 3)


async def client(port):
    global ended, answered
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sender = asyncio.create_task(send(writer, 10))
    try:
        for i in range(10):
            if await reader.readline() != b"%d\n" % i:
                print("wrong answer")
            answered += 1
    finally:
        sender.cancel()
        await writer.wait_closed()
        ended += 1


def descriptors():
    return len(os.listdir("/dev/fd"))


# The descriptors when the server has ended its connections too. One that it has not accepted yet is
# none, so the number has to stay for a while.
async def at_rest():
    last = same = 0
    while same < 5:
        await asyncio.sleep_ms(20)
        files = descriptors()
        same = same + 1 if files == last else 0
        last = files
    return last


async def main():
    # The loop's own descriptors exist from its first idle wait on. A .mpy, which has use(), has none.
    files = descriptors()
    while not hasattr(asyncio, "use") and descriptors() == files:
        await asyncio.sleep_ms(5)
    server, port = await serve(echo)
    await burst(port, CLIENTS)  # what grows once has grown
    files = await at_rest()
    gc.collect()
    heap = gc.mem_alloc()
    await burst(port, CLIENTS)
    files = await at_rest() - files
    gc.collect()
    print("descriptors", files)
    more = gc.mem_alloc() - heap
    print("heap", "level" if more < 16 * CLIENTS else more)  # not even one block a connection
    server.close()
    await server.wait_closed()


async def burst(port, n):
    global ended, answered
    ended = answered = 0
    tasks = []
    cancelled = 0
    for i in range(n):
        tasks.append(asyncio.create_task(client(port)))
        if i % 10 == 9:
            await asyncio.sleep_ms(pyb.rng() % 5)
            # One that has begun.
            t = tasks[pyb.rng() % (i - 8)]
            if not t.done():
                t.cancel()
    await asyncio.sleep_ms(3)
    for t in tasks:
        if not t.done() and pyb.rng() % 3 == 0:
            t.cancel()
    begun = 0
    for t in tasks:
        try:
            await t
            begun += 1
        except asyncio.CancelledError:
            cancelled += 1
    print(n, begun + cancelled, "answered", answered >= 10 * begun, begun > 0, cancelled > 0)


asyncio.run(main())
