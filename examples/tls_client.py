# A TLS client that checks whom it talks to.
#
# The handshake comes with the first bytes, so the time limit is around all of it: a server that accepts and says nothing
# would hold the task for ever. While it waits, others run; the arithmetic of a handshake blocks, for a second on a small
# board: keep the connection.
import asyncio_priority as asyncio
import ssl

HOST = "server.test"
PORT = 443
AUTHORITY = "tests/python/certificates/authority.cert.der"  # on a board: a file of yours


async def get(host, path):
    """The status and the body of a page."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cafile=AUTHORITY)
    reader, writer = await asyncio.open_connection(host, PORT, ssl=context)
    try:
        writer.write("GET {} HTTP/1.0\r\nHost: {}\r\n\r\n".format(path, host).encode())
        await writer.drain()
        status = (await reader.readline()).decode().strip()
        while await reader.readline() not in (b"\r\n", b""):
            pass  # the headers
        return status, await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def main():
    for host, path in (HOST, "/"), (HOST, "/none"), ("other.test", "/"):
        try:
            print(host + path, *await asyncio.wait_for(get(host, path), 10))
        except (OSError, ValueError) as er:
            print(host + path, "failed:", er)
        except asyncio.TimeoutError:
            print(host + path, "took too long")


asyncio.run(main())
