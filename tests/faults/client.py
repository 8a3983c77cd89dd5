# For tests/faults.py: a client whose servers misbehave. Arguments: a port that nobody listens at, one where nobody
# accepts, and one whose server does what the first line says.
import sys

import asyncio_priority as asyncio
import os

refuses, ignores, serves = map(int, sys.argv[1:])


async def tried(coro):
    try:
        return await asyncio.wait_for_ms(coro, 300)
    except Exception as er:
        return "%s %s" % (type(er).__name__, er.errno if isinstance(er, OSError) else "")


def descriptors():
    return len(os.listdir("/dev/fd"))


async def open(port):
    stream, _ = await asyncio.open_connection("127.0.0.1", port)
    return stream


async def ask(line):
    stream = await open(serves)
    stream.write(line)
    await stream.drain()
    return stream


async def beat():
    global beats
    while True:
        await asyncio.sleep_ms(1)
        beats += 1


async def main():
    global beats
    beats = 0
    t = asyncio.create_task(beat())
    await asyncio.sleep_ms(30)
    before = descriptors()
    print("refused", await tried(open(refuses)))
    # Nobody accepts: the first ones are in the backlog, the last one waits until it is cancelled.
    streams = []
    while True:
        got = await tried(open(ignores))
        if isinstance(got, str):
            print("not accepted", got, len(streams) < 20)
            break
        streams.append(got)
    print("no answer", await tried(streams[0].read(1)))
    for s in streams:
        await s.wait_closed()

    s = await ask(b"reset\n")
    print("reset", await tried(s.read(10)))
    await s.wait_closed()
    s = await ask(b"slow\n")
    print("one byte at a time", await s.readline(), await s.readexactly(5), await s.read())
    await s.wait_closed()
    s = await ask(b"half\n")
    print("half a line", await s.readline(), await s.readline())
    await s.wait_closed()
    s = await ask(b"short\n")
    print("too short", await tried(s.readexactly(100)))
    await s.wait_closed()

    # It never reads: what does not fit is kept, and nobody else waits.
    s = await ask(b"never\n")
    n = beats
    s.write(bytes(20000000))
    print("never reads", await tried(s.drain()), len(s.out_buf) > 1000000, beats - n > 5)
    await s.wait_closed()
    # It is closed while a task waits for it, which is told so and reads nothing of whoever has its number next.
    s = await ask(b"never\n")
    reader = asyncio.create_task(tried(s.read(1)))
    await asyncio.sleep_ms(20)
    await s.wait_closed()
    print("closed while it was read", await reader)
    # And again, with another that waits for its own: neither keeps the other.
    print("descriptors", descriptors() - before)

    # No more descriptors.
    streams = []
    while True:
        got = await tried(ask(b"never\n"))
        if isinstance(got, str):
            print("too many", got, len(streams) > 20)
            break
        streams.append(got)
    n = beats
    await asyncio.sleep_ms(100)
    print("others go on", beats - n > 2)
    await streams.pop().wait_closed()
    s = await ask(b"slow\n")
    print("one less", await s.readline())
    await s.wait_closed()
    for s in streams:
        await s.wait_closed()
    print("descriptors", descriptors() - before)
    t.cancel()


asyncio.run(main())
