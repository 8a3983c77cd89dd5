# The boards' frozen Python: ours, and for comparisons MicroPython's own asyncio, under the name stock_asyncio.
include("../../python/manifest.py")
package(
    "stock_asyncio",
    ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
    base_path="../../build/stock",
    opt=3,
)
