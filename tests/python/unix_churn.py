# 200 connections come and go, each used by two tasks at a time, one that reads and one that writes.
# Readers are cancelled at random instants; then another takes over, or the connection is closed with
# the writer still at work. No task is lost, no byte, no descriptor, and no memory.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import gc
import os
import random

AT_ONCE = 20
UNDISTURBED, TAKEN_OVER, CLOSED = range(3)  # what becomes of the first reader

pattern = bytes(range(256)) * 256
count = {}


def tally(what):
    count[what] = count.get(what, 0) + 1


async def echo(reader, writer):
    try:
        while True:
            data = await reader.read(1000)
            if not data:
                break
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # the client went away with bytes on their way to it
    finally:
        await writer.wait_closed()
        tally("served")


async def read(stream, got, total):
    try:
        while got[0] < total:
            data = await stream.read(1 + got[0] * 7 % 2000)
            if data != pattern[got[0] : got[0] + len(data)] or not data:
                tally("wrong byte")
                break
            got[0] += len(data)
        tally("read to the end")
    except asyncio.CancelledError:
        tally("reader cancelled")


async def write(stream, total, go_on):
    try:
        sent = 0
        while sent < total:
            if total - sent <= 2000:
                await go_on.wait()  # no reader is at the end before it may be
            n = min(1 + sent * 3 % 2000, total - sent)
            stream.write(pattern[sent : sent + n])
            await stream.drain()
            sent += n
        tally("written to the end")
    except asyncio.CancelledError:
        tally("writer cancelled")


async def connection(port, fate, fast, total, pauses):
    stream, _ = await asyncio.open_connection("127.0.0.1", port)
    stream.s.setsockopt(1, 7, 4096)  # SO_SNDBUF: who writes has to wait, too
    stream.fast = fast
    got = [0]
    go_on = asyncio.Event()
    reader = asyncio.create_task(read(stream, got, total))
    writer = asyncio.create_task(write(stream, total, go_on))
    if fate != UNDISTURBED:
        for ms in pauses:
            await asyncio.sleep_ms(ms)
        reader.cancel()
        await reader
        if fate == TAKEN_OVER:
            reader = asyncio.create_task(read(stream, got, total))
        else:
            writer.cancel()
    go_on.set()
    await asyncio.gather(reader, writer)
    stream.close()
    await stream.wait_closed()
    tally("connections")


def plan():
    pauses = [random.randrange(2) for _ in range(random.randrange(20))]
    return (
        random.randrange(3),
        random.choice((None, False, True)),
        random.randrange(1000, len(pattern)),
        [0] + pauses,
    )


async def several(port, connections):
    todo = [plan() for _ in range(connections)]

    async def client():
        while todo:
            await connection(port, *todo.pop())

    count.clear()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    while count["served"] < connections:
        await asyncio.sleep_ms(1)
    gc.collect()
    return len(os.listdir("/proc/self/fd")), gc.mem_alloc()


async def main():
    # The loop's own come with its first idle wait, which may be late where each step takes long. A .mpy, which has
    # use(), has none.
    before = len(os.listdir("/proc/self/fd"))
    while not hasattr(asyncio, "use") and len(os.listdir("/proc/self/fd")) == before:
        await asyncio.sleep_ms(5)
    random.seed(3)
    port = 20000
    while True:
        try:
            server = await asyncio.start_server(echo, "127.0.0.1", port, backlog=AT_ONCE)
            break
        except OSError:
            port += 1
    # What the loop and the system keep for another time is there after the first ones.
    fds, heap = await several(port, 40)
    fds_after, heap_after = await several(port, 200)
    for what in sorted(count):
        print(what, count[what])
    print("descriptors left open:", fds_after - fds)
    # A word that looks like an address keeps a few objects; one of each connection would be 6400.
    leak = heap_after - heap
    print("memory kept:", leak if leak > 4000 else "none")
    server.close()
    await server.wait_closed()
    print("descriptors of the server:", fds_after - len(os.listdir("/proc/self/fd")))


asyncio.run(main())
