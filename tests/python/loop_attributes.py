# The loop's methods can be used without self, as in V3 where the loop is a class.
import asyncio_priority as asyncio

Loop = asyncio.Loop
create_task = Loop.create_task
call_soon = Loop.call_soon
run_until_complete = asyncio.get_event_loop().run_until_complete


async def main():
    create_task(other())
    call_soon(print, "callback")
    await asyncio.sleep_ms(1)
    return "value"


async def other():
    print("other")


print(run_until_complete(main()))
