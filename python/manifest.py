# What is frozen into a firmware with our loop. Include it before the port's own manifest:
#
#   include("<this folder>/manifest.py")                        asyncio is our loop too
#   include("<this folder>/manifest.py", stock_asyncio=True)    asyncio is MicroPython's own
#
# opt=3 drops asserts and line numbers: nothing here checks its arguments by assert.
options.defaults(stock_asyncio=False)

package(
    "asyncio_priority",
    (
        "__init__.py",
        "funcs.py",
        "stream.py",
        "sync.py",
        "v2.py",
    ),
    base_path=".",
    opt=3,
)
module("uasyncio.py", base_path=".", opt=3)
module("asyn.py", base_path=".", opt=3)
package(
    "asyncio",
    ("__init__.py", "event.py", "funcs.py", "lock.py", "stream.py")
    + (("core.py",) if options.stock_asyncio else ()),
    base_path="$(MPY_DIR)/extmod" if options.stock_asyncio else ".",
    opt=3,
)

# Ports freeze MicroPython's asyncio and uasyncio by themselves, and nothing can be frozen twice.
# What has been included once is passed over.
_manifest = include.__self__
_stock = _manifest._resolve_path("$(MPY_DIR)/extmod/asyncio/manifest.py")
if _stock in _manifest._visited:
    raise Exception("include uasyncio-priority's manifest before the port's own")
_manifest._visited.add(_stock)
