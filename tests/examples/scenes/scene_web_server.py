import net
from world import end, say

MASK = b"\x01\x02\x03\x04"


async def request(t, line):
    stream, _ = await net.open_connection("", 8080)
    await stream.awrite(line + b" HTTP/1.0\r\nHost: test\r\n\r\n")
    status = (await stream.readline()).split()[1].decode()
    while await stream.readline() != b"\r\n":
        pass
    say(line.decode(), status, (await stream.read()).decode())


async def websocket(t):
    stream, _ = await net.open_connection("", 8080)
    await stream.awrite(
        b"GET /live HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    while True:
        header = await stream.readline()
        if header.startswith(b"Sec-WebSocket-Accept"):
            say(header.decode().strip())
        if header == b"\r\n":
            break
    text = bytes(a ^ b for a, b in zip(b"1000", MASK))
    await stream.awrite(b"\x81\x84" + MASK + text)
    for _ in range(4):
        head = await stream.readexactly(2)
        say("live:", (await stream.readexactly(head[1])).decode())
    await stream.awrite(b"\x88\x80" + MASK)
    stream.close()
    await stream.wait_closed()


def script(t):
    net.replace()
    t.at(50, net.start, request(t, b"GET /"))
    t.at(100, net.start, request(t, b"POST /target/500"))
    t.at(300, net.start, request(t, b"GET /"))
    t.at(350, net.start, request(t, b"GET /none"))
    t.at(400, net.start, websocket(t))
    t.at(1000, net.start, request(t, b"GET /"))
    t.at(1100, end)
