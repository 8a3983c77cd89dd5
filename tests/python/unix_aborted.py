# A port aborts whatever runs (mp_sched_vm_abort): the loop can be run again, and nothing that was queued is lost.
import asyncio_priority as asyncio
import sys

try:
    from faults import abort, top
except ImportError:
    print("SKIP: only where the firmware can be aborted (make asan)")
    sys.exit()

loop = asyncio.get_event_loop()
lock = asyncio.Lock()


async def sleeps(name):
    await asyncio.sleep_ms(2)
    print(name)


def spin():
    abort()
    while True:
        pass


async def spins():
    loop.call_soon(print, "queued before a step is cut off")
    asyncio.create_task(sleeps("sleeper"))
    spin()


async def cut_with_lock():
    async with lock:
        spin()


async def end():
    await asyncio.sleep_ms(5)


def condition():
    spin()


async def waits():
    await asyncio.when(condition)


def again():
    print("again", loop.is_running())
    try:
        asyncio.run(end())
    except BaseException as er:
        print(repr(er))
    print("running", loop.is_running())


def told(loop, context):
    print(context["message"], repr(context["exception"]))


loop.set_exception_handler(told)

print("-- in a step")
print(top(lambda: asyncio.run(spins())))
again()

print("-- in a callback")
loop.call_soon(spin)
loop.call_soon(print, "behind it")
print(top(lambda: loop.run_forever()))
again()

print("-- while it is idle")
loop.call_later_ms(1, abort)
print(top(lambda: asyncio.run(asyncio.sleep_ms(60000))))
again()

print("-- in a condition")
t = asyncio.create_task(waits())
print(top(lambda: loop.run_forever()))
t.cancel()
again()

print("-- a task that has a lock, which it keeps")
asyncio.create_task(cut_with_lock())
print(top(lambda: loop.run_forever()))
again()
print("locked", lock.locked())

print("-- a task that somebody awaits")


async def awaits():
    try:
        await asyncio.create_task(spins())
    except ValueError as er:
        print("ValueError", er)


print(top(lambda: asyncio.run(awaits())))
again()

print("-- new_event_loop()")
print(top(lambda: asyncio.run(spins())))
print(asyncio.new_event_loop() is loop, loop.is_running())
again()

print("-- inside the loop it is no new run")


async def inside():
    try:
        asyncio.run(end())
    except RuntimeError as er:
        print("RuntimeError", er)


asyncio.run(inside())
