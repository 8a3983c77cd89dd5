# asyncio_priority.testing: time that moves when everybody waits, and what is scripted for an instant.
try:
    from asyncio_priority import testing
except ImportError:
    print("SKIP: no asyncio_priority.testing in this firmware")
    raise SystemExit

import asyncio_priority as asyncio
import asyncio_priority.testing
from asyncio_priority.testing import Pin, virtual_time

print(asyncio_priority.testing is testing, asyncio.testing is testing)
WEEK = 7 * 24 * 3600 * 1000


def raises(fn, *args, **kw):
    try:
        fn(*args, **kw)
    except MemoryError:
        print("MemoryError")
    except Exception as er:
        print(type(er).__name__, er)
    else:
        print("nothing raised")


async def tick(name, ms, times):
    for _ in range(times):
        await asyncio.sleep_ms(ms)
        print(t.now(), name)


print("order")
with virtual_time() as t:
    asyncio.create_task(tick("a", 20, 3))
    asyncio.create_task(tick("b", 30, 2))
    # What is scripted for an instant comes before who is due then, in the order of the script.
    t.at(60, print, "scripted 60, first")
    t.at(60, print, "scripted 60, second")
    t.at(45, print, "scripted 45")
    t.advance(40)
    print("now", t.now())
    t.advance(20)
    print("now", t.now())

print("all levels are served at the end")
with virtual_time() as t:

    async def low():
        await asyncio.after_ms(10)
        print(t.now(), "low")

    asyncio.create_task(low())
    asyncio.create_task(tick("normal", 10, 1))
    t.advance(10)

print("an interrupt's flag")
with virtual_time() as t:
    flag = asyncio.ThreadSafeFlag()

    async def driver():
        while True:
            await flag.wait(priority=True)
            print(t.now(), "woken")

    asyncio.create_task(driver())
    t.at(7, flag.set)
    t.at(1234, flag.set, hard=True)
    t.advance(2000)

print("a step that takes its time")
with virtual_time() as t:

    async def busy():
        await asyncio.sleep_ms(5)
        t.advance(50)  # at 20 the flag, in its midst
        print(t.now(), "busy")

    async def waits():
        await flag.wait()
        print(t.now(), "woken")

    asyncio.create_task(busy())
    asyncio.create_task(waits())
    t.at(20, flag.set)
    t.at(20, lambda: print(t.now(), "interrupt"))
    t.advance(100)

print("a week")
with virtual_time(start_ms=2**30 - 1000) as t:
    count = 0

    async def minutes():
        global count
        while True:
            await asyncio.sleep(60)
            count += 1

    task = asyncio.create_task(minutes())
    t.advance(WEEK)
    print(t.now() == WEEK, count)

print("parts of a ms")
with virtual_time() as t:
    t.at(1.5, lambda: print(asyncio._virtual_us(), "us"))
    t.advance(10)

print("nobody can wake it")
with virtual_time() as t:
    raises(asyncio.run, asyncio.Event().wait())
    t.at(5, print, "but this comes")
    raises(asyncio.run, asyncio.Event().wait())

print("what is scripted raises")
with virtual_time() as t:
    t.at(5, lambda: 1 // 0)
    raises(t.advance, 10)
    t.at(7, lambda: [0], hard=True)
    raises(t.advance, 10)
    print(t.now(), [0])

print("it ends with the block")
with virtual_time() as t:
    left = asyncio.create_task(tick("never", 10, 1))
    t.at(10, print, "never")
try:
    with virtual_time() as t:
        t.advance(20)
        raise OSError(5)
except OSError:
    print("and an exception passes")
raises(t.advance, 1)

print("misuse")
with virtual_time() as t:
    raises(virtual_time().__enter__)
    raises(t.at, 1, None)
    raises(t.at, 1, print, 1, 2, hard=True)
    raises(t.advance, -1)
    raises(t.advance, 1.5)
raises(virtual_time, look_us=-1)
raises(virtual_time, "now")


async def inside():
    with virtual_time():
        pass


raises(asyncio.run, inside())

print("a look takes a microsecond")
with virtual_time(look_us=1) as t:

    async def spin():
        loop = asyncio.get_event_loop()
        until = asyncio.ticks_add(loop.time(), 3)
        while asyncio.ticks_diff(until, loop.time()) > 0:
            pass
        until = asyncio.ticks_add(loop.time(), 3)
        while asyncio.ticks_diff(until, loop.time()) > 0:
            await asyncio.sleep_ms(0)
        print(t.now(), "ms")

    asyncio.run(spin())

print("pins")
with virtual_time() as t:
    pin = Pin(4, Pin.IN, Pin.PULL_UP)
    print(pin, pin.value(), Pin(4) is pin, Pin(5, value=1)())
    pin.irq(lambda p: print(t.now(), "falls", p()), Pin.IRQ_FALLING)
    for ms, level in (10, 0), (20, 1), (30, 1), (40, 0), (50, 0):
        t.at(ms, pin.drive, level)
    t.advance(60)
    pin.irq(lambda p: print(t.now(), "rises", p()), Pin.IRQ_RISING, hard=True)
    raises(pin.on)  # print() takes memory
    pin.irq(None)
    pin.on_change = lambda p, level: print(p, level)
    pin.off()
    pin.toggle()
    pin(1)
    pin(0)
