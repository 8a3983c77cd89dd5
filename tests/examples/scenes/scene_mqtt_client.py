import net
from world import end, say


class Broker:
    """One client at a time. It knows of no other topic than the lamp's."""

    stream = None
    answers = True

    async def serve(self, reader, writer):
        self.stream = writer
        try:
            while True:
                kind, length = await reader.readexactly(2)
                body = await reader.readexactly(length)
                if not self.answers:
                    continue
                if kind == 0x10:
                    say("broker: hello", body[12:].decode())
                    await writer.awrite(b"\x20\x02\x00\x00")
                elif kind == 0x82:
                    say("broker: subscribe", body[4:-1].decode())
                    await writer.awrite(b"\x90\x03" + body[:2] + b"\x00")
                elif kind == 0x30:
                    say("broker:", body[2:].decode())
                elif kind == 0xC0:
                    say("broker: ping")
                    await writer.awrite(b"\xd0\x00")
        except (EOFError, OSError):
            say("broker: the client is gone")
            writer.close()
            await writer.wait_closed()

    def tell(self, state):
        self.stream.write(b"\x30" + bytes((10 + len(state),)) + b"\x00\x08lamp/set" + state)
        net.start(self.stream.drain())

    def go(self):
        self.stream.close()
        net.start(self.stream.wait_closed())

    def listen(self):
        net.start(net.start_server(self.serve, "", 1883))


def script(t):
    net.replace()
    broker = Broker()
    t.at(2000, broker.listen)
    t.at(5000, broker.tell, b"on")
    t.at(15000, broker.tell, b"off")
    t.at(20000, broker.go)
    t.at(25000, setattr, broker, "answers", False)
    t.at(45000, setattr, broker, "answers", True)
    t.at(55000, broker.tell, b"on")
    t.at(56000, end)
