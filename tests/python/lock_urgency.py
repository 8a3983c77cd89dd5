# Who holds a lock is as urgent as those who wait for it, along chains of locks and tasks, and only as long as they wait
# (docs/behaviour.md, section 2). A normal task spins, in steps of 1 ms: what a low task does beside it is urgent.
import asyncio_priority as asyncio
from asyncio_priority import HIGH, LOW
from uasyncio_priority import _mock_clock as clock

SPIN = 60  # how many ms the spinner has the CPU, if nobody is more urgent


async def spin():
    for _ in range(SPIN):
        clock(clock() + 1)
        await asyncio.sleep_ms(0)
    say("spun")


def say(what):
    print(" ", clock(), what)


async def hold(lock, name, steps=3):
    async with lock:
        for n in range(steps):
            say("{} {}".format(name, n))
            clock(clock() + 1)
            await asyncio.sleep_ms(0)
    say(name + " left")


async def want(lock, name):
    async with lock:
        say(name + " has it")


def low(coro):
    return asyncio.create_task(coro, level=LOW)


def high(coro):
    return asyncio.create_task(coro, level=HIGH)


async def inversion():
    lock = asyncio.Lock()
    low(hold(lock, "low"))
    await asyncio.sleep_ms(1)
    spinner = asyncio.create_task(spin())
    await high(want(lock, "high"))
    await spinner


# Five locks: each holder waits for the next one's.
async def chain():
    locks = [asyncio.Lock() for _ in range(5)]

    async def link(n):
        async with locks[n]:
            if n < 4:
                await asyncio.sleep_ms(0)  # the next one takes its own lock first
                await locks[n + 1].acquire()
                locks[n + 1].release()
            else:
                for i in range(3):
                    say("last {}".format(i))
                    await asyncio.sleep_ms(1)
        say("link {} left".format(n))

    for n in range(5):
        low(link(n))
    await asyncio.sleep_ms(1)
    spinner = asyncio.create_task(spin())
    await high(want(locks[0], "high"))
    await spinner


# The holder waits for the end of a low task, which is urgent by that.
async def lock_and_task():
    lock = asyncio.Lock()

    async def child():
        for n in range(3):
            say("child {}".format(n))
            await asyncio.after_ms(1)

    async def parent():
        async with lock:
            await low(child())

    low(parent())
    await asyncio.sleep_ms(1)
    spinner = asyncio.create_task(spin())
    await high(want(lock, "high"))
    await spinner


# A wait that ends by cancel or time-out takes its urgency with it.
async def undone(end):
    lock = asyncio.Lock()
    low(hold(lock, "low", 6))
    await asyncio.sleep_ms(1)
    spinner = asyncio.create_task(spin())

    async def limited():
        try:
            await asyncio.wait_for_ms(lock.acquire(), 2 if end == "time-out" else 1000)
        except asyncio.TimeoutError:
            say("timed out")

    task = high(limited())
    while clock() < 3:
        await asyncio.sleep_ms(0)
    if end == "cancel":
        task.cancel()
    elif end == "level":
        task.set_level(LOW)
    await spinner
    await asyncio.sleep_ms(5)
    await asyncio.gather(task, return_exceptions=True)


# Two wait: the next holder is as urgent as the one that still waits.
async def handed_on():
    lock = asyncio.Lock()
    low(hold(lock, "first"))
    await asyncio.sleep_ms(1)
    second = asyncio.create_task(hold(lock, "second"))
    await asyncio.sleep_ms(0)  # it waits
    second.set_level(LOW)
    spinner = asyncio.create_task(spin())
    await high(want(lock, "high"))
    await spinner


# Whoever becomes more urgent while it waits makes the holder so.
async def raised():
    lock = asyncio.Lock()
    low(hold(lock, "low", 9))
    await asyncio.sleep_ms(1)
    waits = asyncio.create_task(want(lock, "waiter"))
    await asyncio.sleep_ms(0)  # it waits
    waits.set_level(LOW)
    spinner = asyncio.create_task(spin())
    await asyncio.sleep_ms(2)
    say("raised")
    waits.set_level(HIGH)
    await spinner


# Each waits for the other's lock: a time-out ends that, and nobody is urgent by it afterwards.
async def circle():
    a, b = asyncio.Lock(), asyncio.Lock()

    async def takes(first, second, name):
        async with first:
            await asyncio.sleep_ms(1)
            try:
                await asyncio.wait_for_ms(second.acquire(), 5)
                say(name + " has both")
                second.release()
            except asyncio.TimeoutError:
                say(name + " gave up")
        say(name + " left")

    low(takes(a, b, "ab"))
    await asyncio.create_task(takes(b, a, "ba"), level=HIGH)
    await low(takes(a, b, "later"))
    try:
        async with a:
            await asyncio.wait_for_ms(a.acquire(), 1)
    except asyncio.TimeoutError:
        say("not twice: {}".format(a.locked()))


# One waits for the other's lock, which awaits the first one: no error, a deadlock that a time-out ends.
async def circle_with_a_task():
    lock = asyncio.Lock()
    waits = None

    async def holds():
        async with lock:
            await asyncio.sleep_ms(1)
            try:
                await asyncio.wait_for_ms(asyncio.shield(waits), 5)
            except asyncio.TimeoutError:
                say("gave up")
            try:
                await asyncio.wait_for_ms(waits, 5)
            except asyncio.TimeoutError:
                say("gave up, and cancelled it")

    task = low(holds())
    while not lock.locked():
        await asyncio.sleep_ms(1)
    waits = high(want(lock, "high"))
    await task
    say((waits.done(), lock.locked()))


# A task ends with the lock. Whoever waits then is not stuck with its urgency, and a release() by another one hands over.
async def never_released():
    lock = asyncio.Lock()

    async def takes():
        await lock.acquire()
        return "its result"

    task = low(takes())
    await asyncio.sleep_ms(1)
    waits = high(want(lock, "high"))
    await asyncio.sleep_ms(1)
    say((await task, lock.locked(), waits.done()))
    lock.release()
    await waits
    say(await task)


# A lock that is waited for is no reason to report an exception as retrieved, nor to call the task awaited.
async def not_awaited():
    lock = asyncio.Lock()

    async def takes():
        await lock.acquire()
        await asyncio.sleep_ms(3)
        raise ValueError("nobody awaits it")

    task = low(takes())
    while not lock.locked():
        await asyncio.sleep_ms(1)
    waits = high(want(lock, "high"))
    await asyncio.sleep_ms(0)
    say(task.state)
    asyncio.get_event_loop().set_exception_handler(
        lambda loop, context: say(repr(context["exception"]))
    )
    await asyncio.sleep_ms(5)
    waits.cancel()


def run(title, coro):
    print(title)
    clock(0)
    asyncio.run(coro)
    asyncio.new_event_loop()


run("inversion", inversion())
run("chain", chain())
run("lock and task", lock_and_task())
for end in "cancel", "time-out", "level":
    run("undone by " + end, undone(end))
run("handed on", handed_on())
run("raised", raised())
run("circle", circle())
run("circle with a task", circle_with_a_task())
run("never released", never_released())
run("not awaited", not_awaited())
