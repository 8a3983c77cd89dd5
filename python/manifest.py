# What is frozen into a firmware with our loop.
#
#   include("<this folder>/manifest.py")                        asyncio is our loop too
#   include("<this folder>/manifest.py", stock_asyncio=True)    asyncio is left to whoever freezes it
#
# opt=3 drops asserts and line numbers: nothing here checks its arguments by assert.
options.defaults(stock_asyncio=False)

package(
    "asyncio_priority",
    (
        "__init__.py",
        "alias.py",
        "core.py",
        "funcs.py",
        "queue.py",
        "stream.py",
        "sync.py",
        "v2.py",
    ),
    base_path=".",
    opt=3,
)
module("uasyncio.py", base_path=".", opt=3)
module("asyn.py", base_path=".", opt=3)
if not options.stock_asyncio:
    package(
        "asyncio",
        ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
        base_path=".",
        opt=3,
    )
