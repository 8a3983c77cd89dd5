# Runner: several runs one after the other; its end cancels what they left behind, and waits for it.
import asyncio_priority as asyncio
from uasyncio_priority import _mock_clock as clock

clock(0)
asyncio.Loop.set_exception_handler(
    lambda loop, context: print("reported", repr(context["exception"]))
)


async def work(name, ms=1000, error=None):
    try:
        await asyncio.sleep_ms(ms)
    finally:
        print(name, "cleans up", clock())
        await asyncio.sleep_ms(5)
        print(name, "is clean", clock())
        if error:
            raise error


async def main(n):
    asyncio.create_task(work(n))
    asyncio.Loop.call_later_ms(2000, print, "not called")
    await asyncio.sleep_ms(1)
    return n


with asyncio.Runner() as runner:
    print(runner.run(main(1)), runner.run(main(2)), runner.get_loop() is asyncio.Loop)
print(len(asyncio.all_tasks()))
asyncio.run(asyncio.sleep_ms(3000))

# run() leaves them; they go on in the next one.
asyncio.run(main(3))
asyncio.run(asyncio.sleep_ms(2))
print(len(asyncio.all_tasks()))
asyncio.Runner().close()
print(len(asyncio.all_tasks()))


# However the last one ended.
async def fails(error):
    asyncio.create_task(work("left", 1000, OSError(1)))
    await asyncio.sleep_ms(1)
    raise error


for error in (ValueError(2), KeyboardInterrupt(), SystemExit(3)):
    try:
        with asyncio.Runner(debug=True) as runner:
            runner.run(fails(error))
    except BaseException as e:
        print(repr(e))


# The main task too, if an interrupt came in a task of another.
async def interrupted():
    asyncio.Loop.call_later_ms(5, interrupt)
    await work("main")


def interrupt():
    raise KeyboardInterrupt


try:
    with asyncio.Runner() as runner:
        runner.run(interrupted())
except KeyboardInterrupt:
    print("KeyboardInterrupt")


async def inside():
    for f in (lambda: asyncio.Runner().run(coro), asyncio.Runner().close):
        coro = main(4)
        try:
            f()
            print("ran")
        except RuntimeError as e:
            print(e)


runner.close()
coro = main(5)
try:
    runner.run(coro)
except RuntimeError as e:
    print(e)
try:
    asyncio.Runner().run(main)
except TypeError as e:
    print(e)
asyncio.run(inside())
