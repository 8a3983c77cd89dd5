# Interrupts at 5 and 7 kHz while a trace is on: every tick is served, each is noted or counted as lost, and the trace is
# whole. Then it is switched on and off under them.
try:
    import pyb

    pyb.alarm_set
    import asyncio_priority as asyncio

    asyncio.Loop.trace
except (ImportError, AttributeError):
    print("SKIP: no hard interrupts on this port, or no trace")
    raise SystemExit

import io

loop = asyncio.get_event_loop()


class Counts(io.IOBase):
    # Counts the lines of a dump by their second word.
    def __init__(self):
        self.of = {}
        self.head = None

    def write(self, buf):
        words = bytes(buf).decode().split()
        if self.head is None:
            self.head = words
        kind = words[0] if words[0] in ("@task", "@end") else words[1]
        self.of[kind] = self.of.get(kind, 0) + 1
        return len(buf)


async def storm(switches):
    ticks = [0, 0]
    served = [0, 0]
    flag = asyncio.ThreadSafeFlag()
    soon = loop.call_soon_threadsafe

    def count():
        served[1] += 1

    def tick0(_):
        ticks[0] += 1
        flag.set()

    def tick1(_):
        ticks[1] += 1
        soon(count)

    async def task():
        while True:
            await flag.wait(priority=True)
            served[0] += 1

    task = asyncio.create_task(task(), name="storm")
    loop.trace(64)
    t0 = pyb.Timer(2, freq=5000, callback=tick0)
    t1 = pyb.Timer(4, freq=7000, callback=tick1)
    for n in range(30):
        await asyncio.sleep_ms(5)
        if switches:
            loop.trace(None if n % 2 else 16)
    t0.deinit()
    t1.deinit()
    await asyncio.sleep_ms(5)
    print([740 < ticks[0] < 760, 1040 < ticks[1] < 1060])
    print(ticks[0] == served[0], ticks[1] == served[1])
    if not switches:
        out = Counts()
        loop.dump_trace(out)
        written, lost = int(out.head[5]), int(out.head[7])
        print(written - lost, written == loop.trace(), out.of["@end"], written > sum(ticks))
        print(sum(out.of.values()) - out.of["@task"] - 2, out.of["@task"], "posted" in out.of)
    task.cancel()


asyncio.run(storm(False))
asyncio.run(storm(True))
print(loop.trace())
