# From the interrupt to the task: instructions from the one that sets a ThreadSafeFlag in a hard interrupt to the
# first line behind the task's `await flag.wait()`, beside tasks that are always ready. Stock asyncio and ours.
#
# On the Cortex-M4F in QEMU, where an instruction takes 1 ns of virtual time:
#   ports/qemu/run.py cortex-m4f --shift 0 benchmarks/irq.py
# or for other numbers of tasks: ... benchmarks/irq.py 1 50
#
# The interrupt comes at instants spread over a task's step. What is left of that step then comes on top, so the
# shortest of the times is the way from the interrupt to the task, "the running task's own step aside".
import pyb
import sys
import asyncio_priority
import stock_asyncio

SAMPLES = 60


async def busy(asyncio):
    while True:
        await asyncio.sleep_ms(0)


async def measure(asyncio, flag, wait, set_flag, n, samples):
    for _ in range(n):
        asyncio.create_task(busy(asyncio))
    times = []
    for i in range(samples):
        # With every task in its queue, and then some.
        await asyncio.sleep_ms(0 if n else 1)
        set_flag(60000 + 37 * i)
        await wait()
        now = pyb.counts()
        times.append((now - set_at()) & 0x3FFFFFFF)
    times.sort()
    return times


def set_at():
    return at if at else pyb.set_at()


at = 0


def ours(n):
    flag = asyncio_priority.ThreadSafeFlag()

    def set_flag(counts):
        pyb.alarm_set(counts, flag)  # by a C function, as a driver does

    loop = asyncio_priority.new_event_loop()
    times = loop.run_until_complete(
        measure(asyncio_priority, flag, lambda: flag.wait(priority=True), set_flag, n, SAMPLES)
    )
    asyncio_priority.new_event_loop()
    return times


def stock(n):
    global at
    flag = stock_asyncio.ThreadSafeFlag()

    def interrupt(_):
        # Stock's is a Python function; the time counts from its end.
        global at
        flag.set()
        at = pyb.counts()

    loop = stock_asyncio.new_event_loop()
    times = loop.run_until_complete(
        measure(stock_asyncio, flag, flag.wait, lambda counts: pyb.alarm(counts, interrupt), n, 15)
    )
    stock_asyncio.new_event_loop()
    at = 0
    return times


def main():
    print("tasks     ours: shortest  median  longest    stock: shortest   median  longest")
    for n in [int(arg) for arg in sys.argv[1:]] or (0, 10, 200):
        a, b = ours(n), stock(n)
        print(
            "{:5} {:18} {:7} {:8} {:18} {:8} {:8}".format(
                n, a[0], a[len(a) // 2], a[-1], b[0], b[len(b) // 2], b[-1]
            )
        )


main()
