# Running the loop from inside the loop is a RuntimeError; the loop goes on.
import asyncio_priority as asyncio

loop = asyncio.get_event_loop()


async def other():
    print("other runs")


def nested(where):
    for f, args in (
        (asyncio.run, (other(),)),
        (asyncio.run_until_complete, ()),
        (loop.run_until_complete, (other(),)),
        (loop.run_forever, ()),
    ):
        try:
            f(*args)
            print(where, "ran")
        except RuntimeError as er:
            print(where, "running" in str(er))


def condition():
    nested("condition")
    return True


async def main():
    print(loop.is_running())
    nested("task")
    loop.call_soon(nested, "callback")
    await asyncio.sleep_ms(1)
    await asyncio.when(condition)
    await asyncio.create_task(other())


print(loop.is_running())
asyncio.run(main())
print(loop.is_running())
