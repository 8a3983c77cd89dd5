# Interrupts that set more flags and make more calls than the mailbox holds: no flag is lost, what is lost of the
# calls is counted and reported once. Then timers at 5 and 7 kHz: every tick is served, once, or known to be merged.
try:
    import pyb

    pyb.alarm_set
except (ImportError, AttributeError):
    print("SKIP: no hard interrupts on this port")
    raise SystemExit

import asyncio_priority as asyncio

loop = asyncio.get_event_loop()
woken = []
called = 0


async def waiter(flag, n, times):
    for _ in range(times):
        await flag.wait()
        woken.append(n)


def call():
    global called
    called += 1


async def burst():
    flags = [asyncio.ThreadSafeFlag() for _ in range(20)]
    tasks = [asyncio.create_task(waiter(flag, n, 3)) for n, flag in enumerate(flags)]
    sets = [flag.set for flag in flags]
    soon = loop.call_soon_threadsafe

    def interrupt(_):
        for set in sets:
            set()
            set()

    def calls(_):
        for _ in sets:
            soon(call)

    for callback in (interrupt, interrupt, interrupt):
        await asyncio.sleep_ms(2)
        woken.clear()
        pyb.trigger(callback)
        await asyncio.sleep_ms(2)
        print(sorted(woken) == list(range(20)))
    await asyncio.gather(*tasks)
    pyb.trigger(calls)
    await asyncio.sleep_ms(2)
    print("called", called)
    # Before the loop runs, and after it.
    pyb.trigger(interrupt)
    await asyncio.wait_for_ms(waiter(flags[0], 0, 1), 5)


async def timers():
    # Both count their ticks in the interrupt, and what they set or call is counted in the loop.
    ticks = [0, 0]
    served = [0, 0]
    flag = asyncio.ThreadSafeFlag()
    soon = loop.call_soon_threadsafe

    def count():
        served[1] += 1

    def tick0(_):
        ticks[0] += 1
        flag.set()

    def tick1(_):
        ticks[1] += 1
        soon(count)

    async def task():
        seen = 0
        while True:
            await flag.wait(priority=True)
            assert ticks[0] > seen, "woken without a tick"
            seen = ticks[0]
            served[0] += 1

    task = asyncio.create_task(task())
    t0 = pyb.Timer(2, freq=5000, callback=tick0)
    t1 = pyb.Timer(4, freq=7000, callback=tick1)
    await asyncio.sleep_ms(300)
    t0.deinit()
    t1.deinit()
    await asyncio.sleep_ms(5)
    task.cancel()
    print([1490 < ticks[0] < 1510, 2090 < ticks[1] < 2110])
    print(ticks[0] == served[0], ticks[1] == served[1])


def report(loop, context):
    print(context["future"], repr(context["exception"]))


loop.set_exception_handler(report)
asyncio.run(burst())
asyncio.run(timers())
