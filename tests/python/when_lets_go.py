# A condition that came true, or whose task was cancelled, is let go of with all that it holds, also where its
# awaitable stays in stock for the next.
import asyncio_priority as asyncio
import gc

SIZE = 800
loop = asyncio.get_event_loop(hpqlen=8)


class Condition:
    def __init__(self, truth):
        self.truth = truth
        self.block = bytearray(SIZE)

    def ask(self):
        return self.truth


async def waits(truth):
    await asyncio.when(Condition(truth).ask)


async def eight(truth):
    tasks = [asyncio.create_task(waits(truth)) for _ in range(8)]
    await asyncio.sleep_ms(5)
    if not truth:
        for task in tasks:
            task.cancel()
        await asyncio.sleep_ms(5)
    print(all(task.done() for task in tasks))
    tasks.clear()


async def main():
    for truth in (True, False):
        await eight(truth)
        gc.collect()
        # Of the eight blocks none is left, but for some that the collector finds named on the stack by chance.
        print(gc.mem_alloc() - start < 5 * SIZE)


gc.collect()
start = gc.mem_alloc()
asyncio.run(main())
