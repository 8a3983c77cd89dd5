# The unix firmware's frozen Python: ours; `ssl`, which needs the built-in `tls`; for comparisons
# MicroPython's own asyncio, under the name stock_asyncio. (`make unix` puts that name into
# build/stock. The package does not mind.)
include("../../python/manifest.py")
package("asyncio_priority", ("testing.py",), base_path="../../python", opt=3)
module("ssl.py", base_path=".", opt=3)
package(
    "stock_asyncio",
    ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
    base_path="../../build/stock",
    opt=3,
)
