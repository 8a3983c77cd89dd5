# A server over TLS that may have 64 descriptors outlives 1000 clients that fail, each in one of many ways, and serves good
# ones all the while. Neither side's program closes behind an error.
import sys

if sys.platform != "linux":
    print("SKIP: needs sockets, which no board here has")
    raise SystemExit

try:
    import ssl
except ImportError:
    print("SKIP: needs ssl, which this firmware has not")
    raise SystemExit

import os

if not sys.argv[1:]:
    # The limit is the shell's, and this once more in it.
    raise SystemExit(
        os.system("ulimit -n 64; exec '%s' unix_tls_many.py limited" % sys.executable)
    )

import asyncio_priority as asyncio
import errno

HOST = "127.0.0.1"
CLIENTS = 1000

kept = []  # all streams, so that no finaliser closes a socket
failed = good = 0


def descriptors():
    return sum(1 for _ in os.ilistdir("/dev/fd"))


async def handler(reader, writer):
    global failed, good
    kept.append(reader)
    try:
        await writer.awrite(b"<" + await reader.readline())
        good += 1
    except (OSError, ValueError):
        failed += 1
        return
    writer.close()
    await writer.wait_closed()


async def start():
    global port
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("certificates/ec.cert.der", "certificates/ec.key.der")
    while True:
        port = 20000 + os.urandom(1)[0] * 40 + os.urandom(1)[0]
        try:
            return await asyncio.start_server(handler, HOST, port, ssl=context)
        except OSError as er:
            if er.errno != errno.EADDRINUSE:
                raise


checks = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
checks.verify_mode = ssl.CERT_REQUIRED
checks.load_verify_locations("certificates/authority.cert.der")


# Says this without TLS, and goes.
async def says(text):
    s, _ = await asyncio.open_connection(HOST, port)
    await s.awrite(text)
    s.close()
    await s.wait_closed()


# Checks the certificate for this name.
async def asks_for(name):
    s, _ = await asyncio.open_connection(HOST, port, ssl=checks, server_hostname=name)
    kept.append(s)
    await s.awrite(b"hello\n")
    got = await s.read()
    s.close()
    await s.wait_closed()
    return got


# Begins a handshake, and goes when the server has answered.
async def gives_up():
    s, _ = await asyncio.open_connection(HOST, port, ssl=checks, server_hostname="server.test")
    s.write(b"x")
    await asyncio.readable(s.s)
    s.close()
    try:
        await asyncio.wait_for_ms(s.wait_closed(), 0)
    except asyncio.TimeoutError:
        pass


async def main():
    server = await start()
    await asyncio.sleep_ms(1)
    before = descriptors()
    for n in range(CLIENTS):
        kind = n % 10
        if kind == 0:
            try:
                await asks_for("other.test")
                print("no error")
            except ValueError:
                pass
        elif kind == 1:
            await gives_up()
        elif kind < 6:
            await says(b"GET / HTTP/1.0\r\n\r\n")
        elif kind < 8:
            await says(b"")
        else:
            await says(b"\x16\x03\x01\x02\x00\x01")
        while failed < n + 1:
            await asyncio.sleep_ms(0)
        if n % 100 == 0:
            got = await asks_for("server.test")
            for _ in range(500):  # a failed handshake's is closed a little later
                if descriptors() == before:
                    break
                await asyncio.sleep_ms(10)
            print(n, got, descriptors() - before)
            kept.clear()
    server.close()
    await server.wait_closed()
    print(failed, good)


asyncio.run(main())
