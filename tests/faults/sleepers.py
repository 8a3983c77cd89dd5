# For tests/faults.py: 790 tasks that sleep and some that are always busy are interrupted (Ctrl-C) at any instant, as often
# as the argument says. Afterwards each of the sleepers must still run. Says "^" once for each interrupt.
import sys
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()
rounds = [0] * 790
wanted = int(sys.argv[1])
struck = caught = 0  # in a sleeper, which lives on; elsewhere


async def sleeper(n):
    global struck
    while True:
        try:
            while True:
                await asyncio.sleep_ms(1 + n % 50)
                rounds[n] += 1
        except KeyboardInterrupt:
            struck += 1
            loop.call_soon(print, "^")  # from inside the loop: the next one comes then


async def busy():
    while True:
        for _ in range(50):
            pass
        yield


async def until_all_came():
    while struck + caught < wanted:
        await asyncio.sleep_ms(2)


def started(task, fun):
    # At low level, where some of the sleepers are: at a higher one these would have no turn.
    return asyncio.create_task(fun(), level=2) if task is None or task.done() else task


sleepers = [asyncio.create_task(sleeper(n), level=n % 3) for n in range(len(rounds))]
others = [None] * 4
main = None
print("begins")
while struck + caught < wanted:
    main = started(main, until_all_came)
    others = [started(task, busy) for task in others]
    try:
        asyncio.run_until_complete(main)
    except KeyboardInterrupt:
        caught += 1
        loop.call_soon(print, "^")
before = list(rounds)
asyncio.run_until_complete(asyncio.sleep_ms(1000))
alive = [after > n for n, after in zip(before, rounds)].count(True)
print("done", alive, "struck", struck, "caught", caught, "ended", sum(t.done() for t in sleepers))
