# The devices of the tutorial: the converter ADS1115, the display, the button.
import asyncio_priority as asyncio
import net
from machine import I2C, Pin
from world import say


class Converter:
    """Is ready 8 ms after it was started, and says so by its pin."""

    def __init__(self, t, *mv):
        self.t = t
        self.mv = mv
        self.there = True
        I2C.devices[0x48] = self

    def write_register(self, register, data):
        if register == 1 and self.there:
            self.channel = data[0] >> 4 & 3
            self.t.at(self.t.now() + 8, self.ready)

    def ready(self):
        alert = Pin(12)
        alert.drive(0)
        alert.drive(1)

    def read_register(self, register, n):
        return (self.mv[self.channel] * 8).to_bytes(2, "big")


class Screen:
    """Says what is drawn."""

    def __init__(self):
        I2C.devices[0x27] = self

    def write(self, data):
        say("display:", data.decode().rstrip())


def press(t, ms, hold=100):
    """The button goes down at that time, with three bounces of 1 ms, and up again."""
    button = Pin(13)
    for bounce in range(7):
        t.at(ms + bounce, button.drive, bounce & 1)
    t.at(ms + hold, button.drive, 1)


class Broker:
    """Says what a client tells it. It is in the same loop, and listens once it was started."""

    def __init__(self, port):
        net.replace()
        self.port = port

    def start(self):
        asyncio.create_task(net.start_server(self.client, "", self.port))

    async def client(self, reader, writer):
        while True:
            kind, length = await reader.readexactly(2)
            body = await reader.readexactly(length)
            if kind == 0x10:
                say("broker: hello", body[12:].decode())
                writer.write(b"\x20\x02\x00\x00")
            elif kind == 0x30:
                topic = body[2 : 2 + body[1]].decode()
                say("broker:", topic, body[2 + body[1] :].decode())
            elif kind == 0xC0:
                writer.write(b"\xd0\x00")
            elif kind == 0xE0:
                say("broker: goodbye")
                writer.close()
                await writer.wait_closed()
                return
            await writer.drain()
