# V2's names do what V2's programs expect of them.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


@asyncio.coroutine
def old_style(x):
    yield
    print("old style", x)
    yield from asyncio.sleep_ms(1)
    return x


async def task():
    print(isinstance(loop.cur_task, asyncio.type_gen))
    print(loop.cur_task is coro)
    # Instances of V2's classes: called with a delay, they are awaited.
    await asyncio.SleepMs()(1)
    await asyncio.Sleep()(0.0015)
    await asyncio.AfterMs()(1)
    await asyncio.After()(0.0015)
    await asyncio.When()(lambda: True)
    print(await old_style(1))


async def other():
    print("other")


print(asyncio.got_event_loop(), asyncio.get_running_loop() is loop)
coro = task()
t = asyncio.ensure_future(coro)
print(isinstance(t, asyncio.Task), asyncio.ensure_future(t) is t)
asyncio.ensure_future(other(), loop=loop)
print(loop.run_until_complete(t))
print(loop.run_until_complete(old_style(2)))
asyncio.set_debug(0)
print(asyncio.DEBUG, asyncio.log)
s = asyncio.SysCall(1, 2)
print(s.args, asyncio.SysCall1(3).arg, asyncio.StopLoop(4).arg)
try:
    s.handle()
except NotImplementedError:
    print("NotImplementedError")
