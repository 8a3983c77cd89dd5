# A task cancelled, or timed out, while it waits for a stream leaves nothing behind.
import asyncio_priority as asyncio
import gc
import io
from uasyncio_priority import _mock_clock as clock

clock(0)


class Device(io.IOBase):
    ready = 0
    polls = 0

    def ioctl(self, req, arg):
        if req != 3:
            return -1
        self.polls += 1
        return arg & self.ready

    def read(self, n):
        return b"data"


async def reader(name, s):
    try:
        print(name, await s.read(4))
    except asyncio.CancelledError:
        print(clock(), name, "cancelled")
        raise


async def main():
    for fast in (None, True):
        d = Device()
        s = asyncio.Stream(d, fast=fast)
        t = asyncio.create_task(reader("a", s))
        await asyncio.sleep_ms(5)
        t.cancel()
        await asyncio.sleep_ms(0)
        # Nobody asks the device any more.
        polls = d.polls
        await asyncio.sleep_ms(20)
        print(polls > 0, d.polls - polls)
        # Before it took its first step.
        t = asyncio.create_task(reader("b", s))
        t.cancel()
        await asyncio.sleep_ms(5)
        # In the middle of a wait_for.
        try:
            await asyncio.wait_for_ms(reader("c", s), 10)
        except asyncio.TimeoutError:
            print(clock(), "TimeoutError")
        # While it is due, because its stream became ready.
        t = asyncio.create_task(reader("d", s))
        await asyncio.sleep_ms(5)
        d.ready = 1
        clock(clock() + 1)
        await asyncio.sleep_ms(0)
        t.cancel()
        await asyncio.sleep_ms(5)
        # Another one can read.
        await reader("e", s)
        # Catches the cancel and reads again.
        d.ready = 0

        async def stubborn():
            try:
                await s.read(1)
            except asyncio.CancelledError:
                print("stubborn", await s.read(1))

        t = asyncio.create_task(stubborn())
        await asyncio.sleep_ms(5)
        t.cancel()
        await asyncio.sleep_ms(5)
        d.ready = 1
        await t
        # One of two that wait for the same device.
        d.ready = 0
        t = asyncio.create_task(reader("f", s))
        w = asyncio.create_task(s.drain())
        s.out_buf = b"x"
        await asyncio.sleep_ms(5)
        w.cancel()
        await asyncio.sleep_ms(5)
        d.ready = 5
        await t
        # What has gone is let go.
        t = w = None
        await asyncio.sleep_ms(0)
        gc.collect()
        before = gc.mem_alloc()
        for _ in range(100):
            d.ready = 0
            t = asyncio.create_task(s.read(1))
            await asyncio.sleep_ms(0)
            t.cancel()
            t = None
            await asyncio.sleep_ms(0)
        gc.collect()
        print(gc.mem_alloc() - before < 500)


asyncio.run(main())
