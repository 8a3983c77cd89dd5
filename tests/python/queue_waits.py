# A Queue's get() and put() in create_task, wait_for and gather, cancelled and timed out at every point: each item that
# was put is got once, each place is used once, and no item is in that was not put.
import asyncio_priority as asyncio
from asyncio_priority import Queue
from uasyncio_priority import _mock_clock as clock

start = 0


def say(*what):
    print(clock() - start, *what)


async def direct(aw):
    return await aw


def forms(make):
    return (
        ("task", lambda: asyncio.create_task(make())),
        ("await", lambda: asyncio.create_task(direct(make()))),
        ("wait_for", lambda: asyncio.create_task(asyncio.wait_for_ms(make(), 4))),
        ("gather", lambda: asyncio.create_task(asyncio.gather(make(), make()))),
    )


async def ended(name, task):
    try:
        say(name, await task)
    except (asyncio.CancelledError, asyncio.TimeoutError) as er:
        say(name, type(er).__name__)


# The subject begins at 0. It is cancelled there, or at 1 when it waits, or at 2 when it has been handed something,
# before its turn; or never. At 2 `give` is called once, at 3 and 8 again; "late": not before 8, when the time is up.
async def case(name, subject, at, give, peer):
    global start
    start = clock()
    t = subject()
    watch = asyncio.create_task(ended(name, t))
    if peer:  # waits behind it
        await asyncio.sleep_ms(0)
        await asyncio.sleep_ms(0)
        peer = asyncio.create_task(ended("peer", asyncio.create_task(peer())))
    if at == 0:
        t.cancel()
    await asyncio.sleep_ms(1)
    if at == 1:
        t.cancel()
    await asyncio.sleep_ms(1)
    if at != "late":
        give()
    if at == 2:
        t.cancel()
    await asyncio.sleep_ms(1)
    if at != "late":
        give()
    await asyncio.sleep_ms(5)
    if at == 8:
        give()
        t.cancel()
    await asyncio.sleep_ms(1)
    while not (watch.done() and (not peer or peer.done())):
        give()
        await asyncio.sleep_ms(1)


async def gets(peer):
    for at in (0, 1, 2, 8, "late", None):
        for i in range(4):
            q = Queue()
            n = 0

            def give():
                nonlocal n
                n += 1
                q.put_nowait(n)

            name, subject = forms(q.get)[i]
            await case("get %s %s" % (name, at), subject, at, give, q.get if peer else None)
            left = []
            while not q.empty():
                left.append(q.get_nowait())
            say("left", left, "of", n)
            for _ in range(n):
                q.task_done()
            await q.join()


async def puts(peer):
    for at in (0, 1, 2, 8, "late", None):
        for i in range(4):
            q = Queue(1)
            q.put_nowait(0)
            n = 0
            got = []

            def put():
                nonlocal n
                n += 1
                return q.put(n)

            def give():
                if not q.empty():
                    got.append(q.get_nowait())

            name, subject = forms(put)[i]
            await case("put %s %s" % (name, at), subject, at, give, put if peer else None)
            while not q.empty():
                got.append(q.get_nowait())
                await asyncio.sleep_ms(0)
            say("got", got, q.qsize(), q.full())
            q.put_nowait(9)
            say(q.full())
            for _ in range(len(got) + 1):
                q.task_done()
            await q.join()


async def main():
    await gets(False)
    await gets(True)
    await puts(False)
    await puts(True)


clock(0)
asyncio.run(main())
