# A connection that comes when there is hardly any memory is served once there is, or hung up; no descriptor is lost.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import gc
import os
import pyb
import socket


def descriptors():
    return len(os.listdir("/dev/fd"))


async def start():
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            return await asyncio.start_server(echo, "127.0.0.1", port), port
        except OSError:
            pass


async def echo(reader, writer):
    try:
        line = await reader.readline()
        writer.write(line)
        await writer.drain()
    finally:
        writer.s.close()  # wait_closed() needs memory


crumbs = [None] * 48  # each takes a block
bricks = [None] * 64
mortar = [None] * 20000


def clear():
    for i in range(len(mortar)):
        mortar[i] = None
    for i in range(len(bricks)):
        bricks[i] = None
    gc.collect()


async def main():
    server, port = await start()
    address = socket.getaddrinfo("127.0.0.1", port)[0][-1]
    await asyncio.sleep_ms(3)
    before = descriptors()
    lost = []
    served = 0
    for left in range(len(crumbs)):
        s = socket.socket()
        # Takes all the memory that there is but that of some crumbs. (Not in a function: its frame would be left.)
        for i in range(len(crumbs)):
            crumbs[i] = i + 0.5
        i = 0
        n = 1 << 20
        while n > 32 and i < len(bricks):
            try:
                bricks[i] = bytearray(n)
                i += 1
            except MemoryError:
                n >>= 1
        i = 0
        for _ in range(3):
            gc.collect()
            try:
                while i < len(mortar):
                    mortar[i] = i + 0.5
                    i += 1
            except MemoryError:
                pass
        for i in range(left):
            crumbs[i] = None
        s.connect(address)
        await asyncio.sleep_ms(3)
        clear()
        s.write(b"hello\n")
        s.setblocking(False)
        # As long as a slow machine needs.
        for _ in range(500):
            await asyncio.sleep_ms(2)
            try:
                got = s.read()
            except OSError:
                got = b""  # hung up with the line unread
            if got is not None:
                break
        s.close()
        for _ in range(500):
            if descriptors() == before:
                break
            await asyncio.sleep_ms(2)
        served += got == b"hello\n"
        if got not in (b"hello\n", b"") or descriptors() != before:
            lost.append((left, got, descriptors() - before))
    print(lost, served > 0, server.task.done())
    server.close()
    await server.wait_closed()


asyncio.get_event_loop().set_exception_handler(lambda loop, context: None)
asyncio.run(main())
