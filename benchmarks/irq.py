# From the interrupt to the task: instructions from the one that sets a ThreadSafeFlag in a hard interrupt to the
# first line behind the task's `await flag.wait()`, beside tasks that are always ready. Ours, ours with a time limit
# (`await wait_for_ms(flag.wait(), 1000)`), and stock asyncio.
#
# On the Cortex-M4F in QEMU, where an instruction takes 1 ns of virtual time and is a count of the counter:
#   ports/qemu/run.py cortex-m4f --shift 0 benchmarks/irq.py
# On another board it prints counts: `interrupts` in counting.py makes instructions of them.
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


def ours(n, limited):
    flag = asyncio_priority.ThreadSafeFlag()

    def wait():
        return flag.wait(priority=True)

    def wait_for():
        return asyncio_priority.wait_for_ms(flag.wait(priority=True), 1000)

    def set_flag(counts):
        pyb.alarm_set(counts, flag)  # by a C function, as a driver does

    loop = asyncio_priority.new_event_loop()
    times = loop.run_until_complete(
        measure(asyncio_priority, flag, wait_for if limited else wait, set_flag, n, SAMPLES)
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
    print("{:5}".format("tasks"), end="")
    for which in ("ours", "time limit", "stock"):
        print("{:>22} {:>8} {:>8}".format(which + ": shortest", "median", "longest"), end="")
    print()
    for n in [int(arg) for arg in sys.argv[1:]] or (0, 10, 200):
        print("{:5}".format(n), end="")
        for times in (ours(n, False), ours(n, True), stock(n)):
            print("{:22} {:8} {:8}".format(times[0], times[len(times) // 2], times[-1]), end="")
        print()


main()
