# open_connection() resolves names without blocking, here by a server of the test's: CNAMEs, the cache and its
# end, what is no answer, no answer at all, and what is left to getaddrinfo(). Times are in steps of 100 ms.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

import asyncio_priority as asyncio
import _asyncio_dns as dns
import os
import pyb
import socket
from uasyncio_priority import _mock_clock as clock

clock(0)
seconds = 1000
dns.time = lambda: seconds


def descriptors():
    return sum(1 for _ in os.ilistdir("/dev/fd"))


# What is asked of the module socket is printed; no name leaves this machine.
class Sockets:
    def __getattr__(self, name):
        return getattr(socket, name)

    def getaddrinfo(self, host, port, *args):
        if show_calls and (host != "127.0.0.1" or port != dns_port):
            print("  getaddrinfo", host)
        if host == "down":
            raise OSError(-3)
        if host[0] not in "0123456789:":
            host = "127.0.0.1"
        return socket.getaddrinfo(host, port, *args)


sys.modules["socket"] = dns.socket = Sockets()


def name(text):
    return b"".join(bytes((len(part),)) + part.encode() for part in text.split(".")) + b"\0"


def record(kind, data, ttl=60, owner=b"\xc0\x0c"):
    head = bytes((0, kind, 0, 1)) + ttl.to_bytes(4, "big") + len(data).to_bytes(2, "big")
    return owner + head + data


def a(address, ttl=60):
    return record(1, bytes(int(n) for n in address.split(".")), ttl)


def reply(query, *records, flags=b"\x81\x80"):
    head = query[:2] + flags + b"\0\x01" + len(records).to_bytes(2, "big") + b"\0\0\0\0"
    return head + query[12:] + b"".join(records)


# What each name is answered with: datagrams, and how long that takes.
ANSWERS = {
    "one.example.org": lambda q: [reply(q, a("127.0.0.1"))],
    "alias.example.org": lambda q: [
        reply(q, record(5, name("one.example.org")), a("127.0.0.9"), a("127.0.0.1", 30))
    ],
    "zero.example.org": lambda q: [reply(q, a("127.0.0.1", 0))],
    "none.example.org": lambda q: [reply(q, flags=b"\x81\x83")],
    "six.example.org": lambda q: [reply(q, record(28, bytes(16)))],
    "silent.example.org": lambda q: [],
    "slow.example.org": lambda q: [reply(q, a("127.0.0.1"))],
    "again.example.org": lambda q: [] if len(asked) == 1 else [reply(q, a("127.0.0.1"))],
    "cut.example.org": lambda q: [reply(q, a("127.0.0.1"))[:-n] for n in (1, 4, 9, 15, 40)],
    "wrong.example.org": lambda q: [
        b"",
        q,  # not an answer
        reply(bytes((q[0] ^ 1,)) + q[1:], a("192.0.2.1")),
        reply(q[:12] + name("other.example.org") + q[-4:], a("192.0.2.1")),
        reply(q, a("127.0.0.1")),
    ],
}
asked = []


async def answer(udp):
    while True:
        query, sender = await udp.recvfrom(512)
        labels = []
        i = 12
        while query[i]:
            labels.append(query[i + 1 : i + 1 + query[i]].decode())
            i += 1 + query[i]
        asked.append(".".join(labels))
        if asked[-1] == "slow.example.org":
            await asyncio.sleep_ms(700)
        if asked[-1] == "wrong.example.org":
            # From somebody else.
            other = asyncio.Datagram()
            await other.sendto(reply(query, a("192.0.2.1")), sender)
            other.close()
        for data in ANSWERS[asked[-1]](query):
            await udp.sendto(data, sender)


async def served(reader, writer):
    await writer.wait_closed()


async def show(host):
    asked.clear()
    start = clock()
    print(host)
    try:
        s, _ = await asyncio.open_connection(host, port)
        print("  connected", await s.read(), end=" ")
        await s.wait_closed()
    except (OSError, TypeError) as er:
        print(" ", repr(er), end=" ")
    print((clock() - start) // 100 * 100, "ms", asked)


async def main():
    global port, dns_port, seconds, ticks, show_calls
    ticks = 0
    show_calls = False
    udp = asyncio.Datagram()
    while True:
        try:
            dns_port = 20000 + pyb.rng() % 10000
            udp.s.bind(socket.getaddrinfo("127.0.0.1", dns_port)[0][-1])
            port = 30000 + pyb.rng() % 2000
            server = await asyncio.start_server(served, "127.0.0.1", port)
            break
        except OSError:
            udp.close()
            udp = asyncio.Datagram()
    answers = asyncio.create_task(answer(udp))
    dns.servers = [("127.0.0.1", dns_port)]
    before = descriptors()

    async def tick():
        global ticks
        while True:
            await asyncio.sleep_ms(1)
            ticks += 1

    t = asyncio.create_task(tick())
    print("answered")
    show_calls = True
    for host in ("one", "one", "alias", "alias", "zero", "zero", "again", "wrong", "slow"):
        await show(host + ".example.org")
    await show("one.example.org.")
    print("others ran", ticks >= 700)
    print("the cache forgets")
    seconds += 31
    await show("alias.example.org")
    await show("one.example.org")
    seconds += 30
    await show("one.example.org")
    print("left to getaddrinfo()")
    for host in ("none", "six", "cut"):
        await show(host + ".example.org")
    print("never asked for")
    for host in (
        "127.0.0.1",
        "localhost",
        "printer.local",
        "a..b",
        "x" * 64 + ".org",
        "n\xe4me.org",
    ):
        await show(host)
    print("the second server answers")
    dns.servers = [("down", 53), ("127.0.0.1", dns_port)]
    dns.cache.clear()
    await show("one.example.org")
    dns.servers = [("127.0.0.1", dns_port)]
    print("no server answers")
    await show("silent.example.org")
    print("no server is known")
    dns.servers = []
    await show("other.example.org")
    print("cancelled")
    dns.servers = [("127.0.0.1", dns_port)]
    w = asyncio.create_task(show("silent.example.org"))
    await asyncio.sleep_ms(50)
    w.cancel()
    await asyncio.sleep_ms(0)
    print(descriptors() - before)
    print("two at once, and the cache is full")
    dns.cache.clear()
    show_calls = False
    for n in range(40):
        ANSWERS["n%d.org" % n] = lambda q: [reply(q, a("127.0.0.1"))]
    both = await asyncio.gather(*(dns.getaddrinfo("n%d.org" % (n % 20), 1) for n in range(40)))
    print(all(b == both[0] for b in both), len(dns.cache) <= 16)
    t.cancel()
    answers.cancel()
    server.close()
    await server.wait_closed()


asyncio.run(main())
