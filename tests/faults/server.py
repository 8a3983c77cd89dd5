# For tests/faults.py: a server whose peers misbehave. Each connection begins with a line that says what it wants. Prints
# its port; after a connection that says "end", what became of all of them, when all is closed.
import asyncio_priority as asyncio
import os
import pyb
import time

counts = {}  # of handlers: begun, ended, and how
beats = 0
end = asyncio.Event()
data = bytes(range(256)) * 256


def count(what, n=1):
    counts[what] = counts.get(what, 0) + n


# The others have their turn, whatever the peers do.
async def beat():
    global beats
    while True:
        await asyncio.sleep_ms(1)
        beats += 1


async def talk(reader, writer):
    words = (await reader.readline()).split()
    if not words:
        return "nothing"
    what = words[0]
    if what == b"echo":
        while True:
            line = await reader.readline()
            if not line:
                return "echo"
            count("lines")
            writer.write(line)
            await writer.drain()
    if what == b"read":
        n = len(await reader.read())
        writer.write(b"%d\n" % n)
        await writer.drain()
        return "read"
    if what == b"exact":
        got = await reader.readexactly(int(words[1]))
        writer.write(b"%d\n" % len(got))
        await writer.drain()
        return "exact"
    if what == b"send":
        left = int(words[1])
        while left:
            n = min(left, len(data))
            writer.write(data[:n])
            await writer.drain()
            left -= n
        return "send"
    if what == b"duplex":
        t = asyncio.create_task(both(reader))
        for _ in range(int(words[1])):
            writer.write(data)
            await writer.drain()
        count("got", await t)
        return "duplex"
    if what == b"busy":
        # The loop is never idle, and asks its descriptors without waiting, once a tick.
        for _ in range(int(words[1])):
            now = time.ticks_ms()
            while time.ticks_ms() == now:
                await asyncio.sleep_ms(0)
        return "busy"
    if what == b"end":
        end.set()
        return "end"
    return "unknown"


async def both(reader):
    return len(await reader.read())


async def handler(reader, writer):
    count("begun")
    try:
        how = await talk(reader, writer)
    except Exception as er:
        how = "%s %s" % (type(er).__name__, er.errno if isinstance(er, OSError) else "")
    count(how.strip())
    await writer.wait_closed()
    count("ended")


def descriptors():
    return len(os.listdir("/dev/fd"))


async def main():
    before = descriptors()
    while descriptors() == before:  # the loop's own come with its first idle wait
        await asyncio.sleep_ms(5)
    before = descriptors()
    t = asyncio.create_task(beat())
    while True:
        port = 20000 + pyb.rng() % 10000
        try:
            server = await asyncio.start_server(handler, "127.0.0.1", port, backlog=200)
            break
        except OSError:
            pass
    print(port)
    await end.wait()
    for _ in range(500):
        if counts["begun"] == counts["ended"]:
            break
        await asyncio.sleep_ms(10)
    server.close()
    await server.wait_closed()
    t.cancel()
    await asyncio.sleep_ms(1)
    print(descriptors() - before, beats > 0, sorted(counts.items()))


asyncio.run(main())
