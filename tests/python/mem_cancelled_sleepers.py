# Many sleeping tasks, cancelled in random order, leave nothing behind. 5000 where there is room
# (about 300 bytes each with 64 bits), fewer on small boards.
import asyncio_priority as asyncio
import gc


async def sleeps(n):
    await asyncio.sleep_ms(1000000 + n)


async def many(n):
    tasks = [asyncio.create_task(sleeps(i)) for i in range(n)]
    await asyncio.after_ms(1)
    seed = 1
    for i in range(n):
        seed = (seed * 1103 + 12345) & 0xFFFFF
        j = i + seed % (n - i)
        tasks[i], tasks[j] = tasks[j], tasks[i]
        tasks[i].cancel()
        tasks[i] = None if i & 1 else tasks[i]
    await asyncio.after_ms(1)
    for t in tasks:
        if t and not t.done():
            print("not done")
    t = None
    tasks.clear()


# In a function: what the frame of the module used last stays on its stack.
def run(n):
    asyncio.run(many(n))


def used():
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


# A collector that takes all for references keeps now and then something by chance, and lets it go in a later round. So
# the best of five rounds counts. Of what is not let go each round leaves some.
def round(n):
    before = used()
    run(n)
    return used() - before


run(20)
n = min(5000, gc.mem_free() // 400)
for _ in range(5):
    left = round(n)
    if abs(left) <= 64:
        break
print(n >= 50, left if abs(left) > 64 else "nothing left")
