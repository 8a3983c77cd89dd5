# The constructors and methods of V2 and V3, by position and by name.
import asyncio_priority as asyncio
import io
from uasyncio_priority import _mock_clock as clock

clock(0)


class Polls(io.IOBase):
    ready = 0

    def ioctl(self, req, arg):
        return arg & self.ready if req == 3 else -1

    def close(self):
        print("polls closed")


class Ios:
    def read(self, n):
        return b"ios"

    def write(self, buf):
        return len(buf)

    def close(self):
        print("ios closed")


async def main():
    print(asyncio.StreamReader is asyncio.StreamWriter, asyncio.StreamReader is asyncio.Stream)
    polls, ios = Polls(), Ios()
    for r in (asyncio.StreamReader(polls, ios), asyncio.StreamReader(polls, ios=ios)):
        t = asyncio.create_task(r.read(3))
        await asyncio.sleep_ms(5)
        polls.ready = 5
        print(await t)
        r.out_buf = b"x"
        await r.drain()
        polls.ready = 0
        await r.aclose()
    for w in (
        asyncio.StreamWriter(polls, {"peername": "here"}),
        asyncio.StreamWriter(polls, e={"peername": "here"}),
        asyncio.StreamWriter(polls, {"peername": "here"}, True),
        asyncio.StreamWriter(polls, None),
        asyncio.StreamWriter(polls),
    ):
        print(w.fast, w.get_extra_info("peername", "nobody"), w.get_extra_info("x", None))
        try:
            print(w.get_extra_info("peername"))
        except KeyError:
            print("KeyError")
        w.close()
    await w.wait_closed()
    await asyncio.StreamReader(polls, ios).wait_closed()


asyncio.run(main())
