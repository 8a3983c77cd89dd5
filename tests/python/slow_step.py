# loop.slow_step_ms: a step that takes longer is reported to the handler, once for each task and place, with the lines.
import asyncio_priority as asyncio

try:
    asyncio.Loop.slow_step_ms
    asyncio._mock_clock
except AttributeError:
    print("SKIP: only where what shows what the loop does is built in")
    raise SystemExit

loop = asyncio.get_event_loop()
asyncio._mock_clock(0)


def takes(ms):
    asyncio._mock_clock(asyncio._mock_clock() + ms)


def handler(loop, context):
    where = context["where"].split("/")[-1]
    message = context["message"]
    assert message.endswith(context["where"]), message
    print(
        message.split(",")[0],
        where,
        context["future"].get_name(),
        context["us"],
        context["exception"],
    )


loop.set_exception_handler(handler)
print(loop.slow_step_ms)
for wrong in (0, -1, 2.5, "x", 1 << 40):
    try:
        loop.slow_step_ms = wrong
    except (TypeError, ValueError) as er:
        print(type(er).__name__, er)
loop.slow_step_ms = 20
print(loop.slow_step_ms)


async def helper():
    await asyncio.sleep_ms(1)
    takes(21)  # the line of who awaits is not it
    await asyncio.sleep_ms(1)


async def blocker():
    for _ in range(3):
        await asyncio.sleep_ms(1)
        takes(50)
        await asyncio.sleep_ms(1)
        takes(20)  # not longer
    await helper()


async def main():
    others = [asyncio.create_task(other()) for _ in range(29)]
    await asyncio.gather(
        asyncio.create_task(blocker(), name="one"), asyncio.create_task(blocker(), name="two")
    )
    for other_ in others:
        other_.cancel()


async def other():
    while True:
        await asyncio.sleep_ms(3)


loop.run_until_complete(main())
loop.slow_step_ms = None
print(loop.slow_step_ms)


async def unseen():
    takes(1000)
    # Set in a step, it is about the next one.
    loop.slow_step_ms = 30
    takes(1000)
    await asyncio.sleep_ms(0)
    takes(31)
    # The exception that ends it goes to who awaits it; the step is reported.
    raise ValueError


try:
    loop.run_until_complete(asyncio.create_task(unseen(), name="unseen"))
except ValueError:
    print("ValueError")


# The default handler says it too. What a handler raises ends the run, as ever.
async def again():
    await asyncio.sleep_ms(1)
    takes(40)
    await asyncio.sleep_ms(1)
    await asyncio.sleep_ms(1)


def raises(loop, context):
    raise KeyError("handler")


loop.set_exception_handler(raises)
task = asyncio.create_task(again(), name="again")
try:
    loop.run_until_complete(task)
except KeyError as er:
    print(repr(er))
loop.run_until_complete(task)  # nothing was lost
print(task.done())
loop.slow_step_ms = None
