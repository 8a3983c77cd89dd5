# LifoQueue and PriorityQueue: a Queue in all but which item is next.
import asyncio_priority as asyncio


class Item:
    # Compared by its rank only.
    def __init__(self, rank, name):
        self.rank = rank
        self.name = name

    def __lt__(self, other):
        return self.rank < other.rank


# Changes the queue while it is compared.
class Meddles(Item):
    def __lt__(self, other):
        if self.name:
            self.name -= 1
            q.put_nowait(Item(self.rank - 1, 0))
            q.get_nowait()
        return self.rank < other.rank


class Sub(asyncio.PriorityQueue):
    def get_nowait(self):
        return ("sub", super().get_nowait())


async def gets(q, n):
    got = []
    for _ in range(n):
        got.append(await q.get())
    return got


async def main():
    global q  # for Meddles
    for kind in (asyncio.LifoQueue, asyncio.PriorityQueue):
        print("--", kind.__name__, issubclass(kind, asyncio.Queue), kind(3).maxsize)
        q = kind()
        for i in (5, 1, 4, 1, 3):
            await q.put(i)
        print(q.qsize(), await q.get(), await q.get())
        await q.put(2)
        await q.put(9)
        print(await gets(q, 5), q.empty())
        # Against a list, through all sizes, with items taken out in between.
        seed = 1
        has = []
        for n in range(2000):
            seed = (seed * 1103515245 + 12345) % 2147483648
            if not has or seed >> 16 & 3:
                if len(has) < 50:
                    q.put_nowait(seed >> 16)
                    has.append(seed >> 16)
            else:
                want = min(has) if kind is asyncio.PriorityQueue else has[-1]
                got = q.get_nowait()
                if got != want or q.qsize() != len(has) - 1:
                    print("wrong", n, got, want)
                for i in range(len(has) - 1, -1, -1):
                    if has[i] == want:
                        has.pop(i)
                        break
        for _ in range(q.qsize()):
            q.get_nowait()
        # Full, and who waits.
        q = kind(2)
        putting = [asyncio.create_task(q.put(i)) for i in range(5)]
        await asyncio.sleep_ms(0)
        print(q.full(), await gets(q, 5))
        getting = [asyncio.create_task(q.get()) for _ in range(2)]
        await asyncio.sleep_ms(0)
        q.put_nowait(2)
        q.put_nowait(1)
        print(await getting[0], await getting[1])

    # Of equal ones the first that was put in is the first.
    q = asyncio.PriorityQueue()
    for rank, name in ((2, "a"), (1, "b"), (2, "c"), (1, "d")):
        await q.put(Item(rank, name))
    print([item.name for item in await gets(q, 4)])

    # What cannot be compared is not put in, whether it would have to wait or not.
    q = asyncio.PriorityQueue(2)
    await q.put(1)
    for f in (q.put_nowait, q.put):
        try:
            await f("x")
        except TypeError:
            print("TypeError", q.qsize(), q.full())
    await q.put(2)
    task = asyncio.create_task(q.put("x"))
    await asyncio.sleep_ms(0)
    try:
        await task
    except TypeError:
        print("TypeError", await gets(q, 2))

    # A comparison that uses the queue.
    q = asyncio.PriorityQueue()
    for rank in (1, 3, 5):
        q.put_nowait(Item(rank, 0))
    q.put_nowait(Meddles(4, 3))
    print([item.rank for item in await gets(q, q.qsize())])

    q = Sub(3)
    q.put_nowait(2)
    q.put_nowait(1)
    print(q.get_nowait(), await q.get(), q.maxsize)


asyncio.run(main())
