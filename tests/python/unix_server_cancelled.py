# start_server() that is cancelled, or closed from outside, closes its socket once: the descriptor may be another's then.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import os
import pyb
import socket


def descriptors():
    return len(os.listdir("/dev/fd"))


async def listens():
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            await asyncio.start_server(print, "127.0.0.1", port)
            break
        except OSError:
            pass


# Has the descriptor that is free now.
async def another(out):
    s = socket.socket()
    out.append(s)
    for _ in range(5):
        yield
    try:
        s.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
        print("is still open")
    except OSError as er:
        print("was closed by another:", er.errno)
    s.close()


async def main():
    before = descriptors()
    while not hasattr(asyncio, "use") and descriptors() == before:  # its own
        await asyncio.sleep_ms(5)
    before = descriptors()
    for turns in range(2):
        for how in "cancel", "close":
            out = []
            c = listens()
            t = asyncio.create_task(c)
            for _ in range(turns):
                await asyncio.sleep_ms(0)
            if how == "cancel":
                t.cancel()
            else:
                c.close()
            o = asyncio.create_task(another(out))
            await o
            try:
                await t
            except asyncio.CancelledError:
                pass
            for _ in range(3):
                await asyncio.sleep_ms(0)
            print(turns, how, descriptors() - before)


asyncio.run(main())
