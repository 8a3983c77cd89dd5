# What is frozen into a firmware with our loop. Include it before the port's own manifest:
#
#   include("<this folder>/manifest.py")                        asyncio is our loop too
#   include("<this folder>/manifest.py", stock_asyncio=True)    asyncio is MicroPython's own
#
# opt=3 drops asserts and line numbers: nothing here checks its arguments by assert.
options.defaults(stock_asyncio=False)

# The parts that the built-in modules load when one of their names is asked for, and asyn.
for _part in ("wait", "stream", "condition", "barrier", "v2"):
    module("_asyncio_" + _part + ".py", base_path=".", opt=3)
module("asyn.py", base_path=".", opt=3)
if options.stock_asyncio:
    package(
        "asyncio",
        ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
        base_path="$(MPY_DIR)/extmod",
        opt=3,
    )

# Ports freeze MicroPython's asyncio and uasyncio by themselves, and nothing can be frozen twice.
# What has been included once is passed over.
_manifest = include.__self__
_stock = _manifest._resolve_path("$(MPY_DIR)/extmod/asyncio/manifest.py")
if _stock in _manifest._visited:
    raise Exception("include uasyncio-priority's manifest before the port's own")
_manifest._visited.add(_stock)
