# A lamp by MQTT: told by one topic, it says its state by another, and comes back when the broker does.
#
# A task reads all that comes, another pings; the task group ends both when the connection breaks, then `main` tries
# again, later each time. A client with QoS 1 and 2 is mqtt_as, which runs on this loop as it is; this one is QoS 0.
import asyncio_priority as asyncio
from machine import Pin

BROKER, PORT = "127.0.0.1", 1883
KEEP_ALIVE_S = 10
CONNACK, PUBLISH, PINGRESP = 0x20, 0x30, 0xD0  # first bytes of packets


def text(s):
    data = s.encode()
    return len(data).to_bytes(2, "big") + data


class Connection:
    """One connection to the broker. OSError or EOFError when it breaks."""

    async def open(self, name):
        self._stream, _ = await asyncio.open_connection(BROKER, PORT)
        hello = text("MQTT") + b"\x04\x02" + KEEP_ALIVE_S.to_bytes(2, "big") + text(name)
        await self.send(0x10, hello)
        kind, answer = await asyncio.wait_for(self.receive(), 5)
        if kind != CONNACK or answer[1] != 0:
            raise OSError("the broker refused")

    async def send(self, kind, body=b""):
        """Send a packet, shorter than 128 bytes."""
        self._stream.write(bytes((kind, len(body))) + body)
        await self._stream.drain()

    async def receive(self):
        """The next packet: its first byte, its body. A time-out on the way loses none of it."""
        kind, length = await self._stream.readexactly(2)
        return kind, await self._stream.readexactly(length)

    async def close(self):
        self._stream.close()
        await self._stream.wait_closed()


async def listen(connection, lamp):
    while True:
        # A broker that answers no ping is gone.
        kind, body = await asyncio.wait_for(connection.receive(), KEEP_ALIVE_S * 1.5)
        if kind == PUBLISH:
            topic, state = body[2 : 2 + body[1]], body[2 + body[1] :]
            print("told", topic.decode(), state.decode())
            lamp(state == b"on")
            await connection.send(PUBLISH, text("lamp/state") + state)


async def ping(connection):
    while True:
        await asyncio.sleep(KEEP_ALIVE_S)
        await connection.send(0xC0)


async def session(connection, lamp):
    try:
        await connection.send(0x82, b"\x00\x01" + text("lamp/set") + b"\x00")
        async with asyncio.TaskGroup() as group:
            group.create_task(listen(connection, lamp))
            group.create_task(ping(connection))
    finally:
        await connection.close()


async def main():
    lamp = Pin("LED", Pin.OUT)
    delay = 1
    while True:
        try:
            connection = Connection()
            await asyncio.wait_for(connection.open("lamp"), 10)
            print("connected")
            delay = 1
            await session(connection, lamp)
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.ExceptionGroup) as er:
            print("lost:", type(er).__name__, "again in", delay, "s")
            await asyncio.sleep(delay)
            delay = min(delay * 2, 60)


asyncio.run(main())
