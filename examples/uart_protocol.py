# A protocol on a UART, with fast I/O.
#
# A frame is STX, length, payload, checksum. An answer must leave within a few ms. The UART's task wakes at high level
# (fast=True), so it waits for the step under way at most, however many tasks there are; and the answer is sent before
# any of them has its turn.
import asyncio_priority as asyncio
from machine import UART

STX = 0x02


async def receive(reader):
    """The payload of the next frame that is whole; what is not is passed over."""
    while True:
        if (await reader.readexactly(1))[0] != STX:
            continue
        length = (await reader.readexactly(1))[0]
        try:
            frame = await asyncio.wait_for_ms(reader.readexactly(length + 1), 20)
        except asyncio.TimeoutError:
            print("a frame broke off")
            continue
        if sum(frame) & 0xFF == 0:
            return frame[:-1]
        print("a frame is damaged")


async def send(writer, payload):
    """Send a frame."""
    checksum = -sum(payload) & 0xFF
    writer.write(bytes((STX, len(payload))) + payload + bytes((checksum,)))
    await writer.drain()


async def serve(uart):
    """Answer each frame with its payload reversed."""
    stream = asyncio.StreamWriter(uart, fast=True)
    while True:
        payload = await receive(stream)
        print("request", payload)
        await send(stream, bytes(reversed(payload)))


async def main():
    await serve(UART(0, 115200))


asyncio.run(main())
