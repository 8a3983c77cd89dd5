# Datagrams on loopback: one task receives while another sends; a time-out loses none; closing wakes.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import os
import pyb
import socket
from uasyncio_priority import _mock_clock as clock

clock(0)


def descriptors():
    return sum(1 for _ in os.ilistdir("/dev/fd"))


def bound():
    udp = asyncio.Datagram()
    while True:
        address = socket.getaddrinfo("127.0.0.1", 20000 + pyb.rng() % 10000)[0][-1]
        try:
            udp.s.bind(address)
            return udp, address
        except OSError:
            pass


async def use(name, aw):
    try:
        print(clock(), name, await aw)
    except (OSError, RuntimeError, asyncio.TimeoutError) as er:
        print(clock(), name, repr(er))


async def main():
    a, at_a = bound()
    b, at_b = bound()
    print(await b.sendto(b"one", at_a))
    data, sender = await a.recvfrom(10)
    print(data, sender == at_b)
    # Each is one, cut to what was asked for; an empty one is one too.
    for data in (b"12345", b"", b"67"):
        await b.sendto(data, at_a)
    for _ in range(3):
        print((await a.recvfrom(4))[0])
    # A time-out, and a cancel, before there is one: none is lost.
    await use("wait_for", asyncio.wait_for_ms(a.recvfrom(4), 10))
    t = asyncio.create_task(a.recvfrom(4))
    await asyncio.sleep_ms(5)
    t.cancel()
    await b.sendto(b"late", at_a)
    print((await a.recvfrom(4))[0])
    # One receives, one sends; a second receiver is one too many.
    t = asyncio.create_task(a.recvfrom(9))
    u = asyncio.create_task(use("second", a.recvfrom(9)))
    await u
    await a.sendto(b"to b", at_b)
    print((await b.recvfrom(9))[0])
    await b.sendto(b"to a", at_a)
    print((await t)[0])
    # Closing wakes who waits, and once: the number may be another's.
    t = asyncio.create_task(use("closed", a.recvfrom(9)))
    await asyncio.sleep_ms(5)
    before = descriptors()
    a.close()
    print(descriptors() - before)
    other, _ = bound()
    a.close()
    print(descriptors() - before)
    await t
    await use("recvfrom", a.recvfrom(9))
    await use("sendto", a.sendto(b"", at_b))
    await other.sendto(b"other", at_b)
    print((await b.recvfrom(9))[0])
    other.close()
    b.close()
    print(descriptors() - before)
    # It waits like a stream: fast.
    for fast in (None, True):
        a, at_a = bound()
        a.fast = fast
        got = []

        async def busy(n):
            for _ in range(2):
                got.append(n)
                clock(clock() + 1)
                await asyncio.sleep_ms(0)

        async def receive():
            await a.recvfrom(9)
            got.append("received")

        t = asyncio.create_task(receive())
        await asyncio.sleep_ms(5)
        tasks = [asyncio.create_task(busy(n)) for n in range(3)]
        a.s.sendto(b"x", at_a)
        await t
        for t in tasks:
            await t
        print(got)
        a.close()


asyncio.run(main())
