# The names of a module cannot be set: the error says so, and what to do. A module of one's own is found by who imports later.
import sys
import asyncio
import asyncio_priority
import uasyncio
import uasyncio_priority

for module in (asyncio, uasyncio, asyncio_priority, uasyncio_priority):
    for name in ("create_task", "gather", "new_name"):
        try:
            setattr(module, name, 1)
            print("set")
        except AttributeError as e:
            print(e)
try:
    del asyncio.create_task
except AttributeError as e:
    print("cannot be deleted")
print(callable(asyncio.create_task))


class Mine:
    def __getattr__(self, name):
        return getattr(asyncio_priority, name)

    def create_task(self, coro, **kw):
        print("a task is made")
        return asyncio_priority.create_task(coro, **kw)


sys.modules["asyncio"] = Mine()


async def library():
    import asyncio

    await asyncio.create_task(asyncio.sleep_ms(0))
    return await asyncio.gather(asyncio.sleep_ms(0))


print(asyncio.run(library()))
