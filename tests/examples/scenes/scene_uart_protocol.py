import asyncio_priority as asyncio
from machine import UART
from pipe import pipe
from world import end, say

UART.lines[0], other = pipe()


async def busy():
    """Four tasks that leave no time idle."""
    while True:
        await asyncio.sleep_ms(0)


def script(t):
    def answered(want):
        got = other.read()
        say("answer", got, got == want)

    t.at(10, other.write, b"\x02\x03abc\xda")
    t.at(12, answered, b"\x02\x03cba\xda")
    t.at(20, other.write, b"noise\x02\x01")  # in two parts
    t.at(30, other.write, b"A\xbf")
    t.at(32, answered, b"\x02\x01A\xbf")
    t.at(40, other.write, b"\x02\x01A\xbe")
    t.at(50, other.write, b"\x02\x05half")
    t.at(80, other.write, b"\x02\x02ok\x26")
    t.at(82, answered, b"\x02\x02ko\x26")
    t.at(100, end)
