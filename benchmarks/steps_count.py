# steps_count.py  Two workloads of steps.py whose tasks do a little: they count, in a global, and look up what they await.

count = 0
asyncio = None


async def yielder():
    global count
    while True:
        count += 1
        yield


async def spinner():
    global count
    while True:
        count += 1
        await asyncio.sleep_ms(0)


def count_yield(aio, n):
    async def drive(rounds):
        global count
        for _ in range(rounds):
            count += 1
            yield

    return (yielder() for _ in range(n - 1)), drive, n


def count_sleep_ms_0(aio, n):
    global asyncio
    asyncio = aio

    async def drive(rounds):
        global count
        for _ in range(rounds):
            count += 1
            await asyncio.sleep_ms(0)

    return (spinner() for _ in range(n - 1)), drive, n
