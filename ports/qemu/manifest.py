# The boards' frozen Python: ours, and for comparisons MicroPython's own asyncio, under the name stock_asyncio.
include("../../python/manifest.py")
package("asyncio_priority", ("testing.py",), base_path="../../python", opt=3)
package(
    "stock_asyncio",
    ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
    base_path="../../build/stock",
    opt=3,
)
