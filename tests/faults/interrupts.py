# For tests/faults.py: tasks that are interrupted (Ctrl-C) at any instant. Says so each time; who was in the middle of a
# step has its end, all others go on.
import asyncio_priority as asyncio

ROUNDS = 400
loop = asyncio.get_event_loop()
rounds = [0] * 30
caught = 0


async def yields(n):
    for _ in range(20):
        yield


async def worker(n):
    kind = n % 6
    event = asyncio.Event()
    for _ in range(ROUNDS):
        if kind == 0:
            await asyncio.sleep_ms(1)
        elif kind == 1:
            await asyncio.after_ms(1)
        elif kind == 2:
            await yields(5)
        elif kind == 3:
            loop.call_later_ms(1, event.set)
            await event.wait()
            event.clear()
        elif kind == 4:
            await asyncio.when(bool, rounds)
        else:
            await asyncio.create_task(asyncio.sleep_ms(1))
        rounds[n] += 1
        for _ in range(1000):  # so that not all of them come while the loop is idle
            pass


def run():
    global caught
    try:
        asyncio.run_until_complete()
        return True
    except KeyboardInterrupt:
        caught += 1
        loop.call_soon(print, "^")  # from inside the loop: the next one comes then


tasks = [asyncio.create_task(worker(n), level=n % 3) for n in range(len(rounds))]
print("begins")
while not run():
    pass
dead = [n for n, t in enumerate(tasks) if isinstance(t.data, KeyboardInterrupt)]
print("done", all(t.done() for t in tasks), "dead", len(dead), "caught", caught)
print([(n, r) for n, r in enumerate(rounds) if r != ROUNDS and n not in dead])
