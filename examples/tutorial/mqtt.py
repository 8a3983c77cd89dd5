# A small MQTT 3.1.1 client for the steps 7 and 8: connects, publishes at QoS 0, keeps the connection alive. mqtt_as does
# it all, and runs on this loop too.
import asyncio_priority as asyncio


def _string(text):
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _packet(kind, body):
    length = b""
    left = len(body)
    while left > 127:
        length += bytes((left & 127 | 128,))
        left >>= 7
    return bytes((kind,)) + length + bytes((left,)) + body


class MQTT:
    """A connection to a broker. OSError if it breaks: connect() again."""

    def __init__(self, name, host, port=1883):
        self._name = name
        self._address = host, port
        self._lock = asyncio.Lock()  # one packet at a time

    async def connect(self):
        """Connect; OSError if the broker is not there or does not want us within 5 s."""
        self._reader, self._writer = await asyncio.wait_for(
            asyncio.open_connection(*self._address), 5
        )
        hello = _string("MQTT") + b"\x04\x02" + (60).to_bytes(2, "big") + _string(self._name)
        await self._send(_packet(0x10, hello))
        answer = await asyncio.wait_for(self._reader.readexactly(4), 5)
        if answer[3] != 0:
            raise OSError("the broker refused: {}".format(answer[3]))

    async def publish(self, topic, text):
        """Send a message."""
        await self._send(_packet(0x30, _string(topic) + text.encode()))

    async def ping(self):
        """Ask whether the broker is there, which must hear from us once a minute."""
        await self._send(b"\xc0\x00")
        await asyncio.wait_for(self._reader.readexactly(2), 5)

    async def close(self):
        """Say goodbye, if the broker still listens, and close."""
        try:
            await self._send(b"\xe0\x00")
        except OSError:
            pass
        self._writer.close()
        await self._writer.wait_closed()

    async def _send(self, packet):
        async with self._lock:
            self._writer.write(packet)
            await self._writer.drain()
