# Names to addresses without blocking: a small DNS client. open_connection() loads it for a host that is a
# name.
import asyncio_priority as asyncio
import errno
import socket
from micropython import const
from os import urandom
from time import time

# Whom to ask, a list of (address, port). None: whom the network interface has, or /etc/resolv.conf.
servers = None
# How long an answer may take, and how often all servers are asked.
timeout_ms = 1500
tries = 2

_MOST = const(16)  # names in the cache
_LONGEST = const(3600)  # s that one stays there
_PORT = const(53)
_ANSWER = const(512)  # bytes
_NOT_DNS = ("local", "localhost", "invalid")  # what ends so is not asked for

cache = {}  # {name: (its addresses, time() until which they hold)}


# Whom to ask, and whether socket.getaddrinfo() may know more if they do not answer. On a board it asks
# the same server.
def _whom():
    if servers is not None:
        return servers, False
    try:
        import network
    except ImportError:
        found = []
        with open("/etc/resolv.conf") as f:
            for line in f:
                words = line.split()
                if len(words) > 1 and words[0] == "nameserver":
                    found.append((words[1], _PORT))
        return found, True
    return [(network.ipconfig("dns"), _PORT)], False


# A query for the IPv4 addresses of `name`. ValueError if it cannot be one of DNS.
def _query(name):
    query = urandom(2) + b"\x01\0\0\x01\0\0\0\0\0\0"
    for label in name.split("."):
        label = label.encode()
        if not 0 < len(label) < 64 or max(label) > 127:
            raise ValueError
        query += bytes((len(label),)) + label
    return query + b"\0\0\x01\0\x01"


# The addresses in an answer, and for how many seconds they hold. None if it answers something else.
# IndexError if it is too short.
def _addresses(query, answer):
    i = len(query)
    if answer[:2] != query[:2] or answer[12:i] != query[12:] or not answer[2] & 0x80:
        return None
    found = []
    ttl = _LONGEST
    for _ in range(answer[6] << 8 | answer[7]):
        while 0 < answer[i] < 0xC0:
            i += 1 + answer[i]
        i += 2 if answer[i] else 1  # a reference to a name, or the end of one
        size = answer[i + 8] << 8 | answer[i + 9]
        if answer[i : i + 4] == b"\0\x01\0\x01" and size == 4:
            found.append("%d.%d.%d.%d" % tuple(answer[i + 10 + n] for n in range(4)))
        ttl = min(ttl, int.from_bytes(answer[i + 4 : i + 8], "big"))
        i += 10 + size
    return found, ttl


async def _ask(udp, server, query):
    await udp.sendto(query, server)
    while True:
        answer, sender = await udp.recvfrom(_ANSWER)
        if sender == server:
            try:
                found = _addresses(query, answer)
                if found:
                    return found
            except IndexError:
                pass  # cut off, or nonsense


# The addresses of `name`, from the cache or the first server that answers; none if that knows none. None
# if no server answers. OSError, ValueError or AttributeError if it cannot ask.
async def _lookup(name, whom):
    found = cache.get(name)
    if found and time() < found[1]:
        return found[0]
    query = _query(name[:-1] if name[-1] == "." else name)
    for host, port in whom * tries:
        try:
            ai = socket.getaddrinfo(host, port, 0, socket.SOCK_DGRAM)[0]
            udp = asyncio.Datagram(socket.socket(*ai[:3]))
            try:
                found, ttl = await asyncio.wait_for_ms(_ask(udp, ai[-1], query), timeout_ms)
            finally:
                udp.close()
        except (asyncio.TimeoutError, OSError):
            continue
        if found and ttl:
            if len(cache) >= _MOST:
                cache.clear()
            cache[name] = found, time() + ttl
        return found
    return None


# As socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM), of a host that is a name. That is called, which
# blocks, where this client cannot ask or learns of no address. OSError if no server answers.
async def getaddrinfo(host, port):
    found = None
    more = True  # getaddrinfo() may know it
    try:
        if host.split(".")[-1] not in _NOT_DNS:
            whom, more = _whom()
            found = await _lookup(host, whom)
            more = more or not whom
    except (OSError, ValueError, AttributeError):
        more = True
    if found is None and not more:
        raise OSError(errno.ETIMEDOUT)
    return [
        ai
        for address in found or (host,)
        for ai in socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM)
    ]
