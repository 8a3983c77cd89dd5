import asyncio_priority as asyncio
import net
from world import say

try:
    import ssl
except ImportError:
    print("SKIP: needs ssl, which this firmware has not")
    raise SystemExit


async def serve(reader, writer):
    try:
        path = (await reader.readline()).split()[1].decode()
        while await reader.readline() != b"\r\n":
            pass
        say("the server is asked for", path)
        status = "200 OK" if path == "/" else "404 Not Found"
        writer.write("HTTP/1.0 {}\r\nServer: test\r\n\r\nThis is {}".format(status, path).encode())
        await writer.drain()
    except (OSError, ValueError) as er:
        say("the server sees", type(er).__name__)
    writer.close()
    await writer.wait_closed()


def script(t):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = "tests/python/certificates/"
    context.load_cert_chain(folder + "ec.cert.der", folder + "ec.key.der")
    net.replace()
    asyncio.create_task(net.start_server(serve, "", 443, ssl=context))
