# What is no awaitable is refused, the error says what it is, and nothing was started.
import asyncio_priority as asyncio
import asyn


async def work():
    print("ran")


def generator():
    print("ran")
    yield


class Awaitable:
    def __iter__(self):
        yield from asyncio.sleep_ms(0)
        return "awaited"


class Sends:
    def send(self, value):
        raise StopIteration("sent")

    def throw(self, *args):
        raise args[0]


class Event(asyncio.Event):
    pass


WRONG = [
    [],
    [work(), work()],
    (work(),),
    {1: 2},
    {1},
    "text",
    b"bytes",
    range(3),
    map(print, ()),
    iter([]),
    work,
    generator,
    print,
    Awaitable,
    lambda: work(),
    5,
    1.5,
    None,
    asyncio,
]


async def main():
    for wrong in WRONG:
        said = set()
        for f in (
            lambda: asyncio.gather(work(), wrong, work()),
            lambda: asyncio.wait_for(wrong, 1),
            lambda: asyncio.wait_for(wrong, None),
            lambda: asyncio.wait_for_ms(wrong, 1),
        ):
            try:
                await f()
                print(wrong, "was taken")
            except TypeError as e:
                said.add(str(e))
        print(*sorted(said))
    said = set()
    for wrong in WRONG:
        try:
            asyncio.create_task(wrong)
            print(wrong, "was taken")
        except TypeError as e:
            said.add(str(e))
    print(*sorted(said), sep="\n")
    print(len(asyncio.all_tasks()))
    # All that can be awaited.
    event = Event()
    event.set()
    asyn_event = asyn.Event()
    asyn_event.set(3)
    print(
        await asyncio.gather(
            Awaitable(),
            Sends(),
            event,
            event.wait(),
            asyn_event,
            asyn.Barrier(1),
            asyncio.sleep_ms(1),
            asyncio.when(lambda: True),
            asyncio.create_task(asyncio.sleep_ms(0)),
            asyncio.Lock().acquire(),
            asyncio.Queue().join(),
        )
    )
    print(await asyncio.wait_for(Awaitable(), 1), await asyncio.wait_for(Sends(), 1))


asyncio.run(main())
