# What is frozen into a board's firmware without our loop: MicroPython's own asyncio, under the name stock_asyncio.
package(
    "stock_asyncio",
    ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
    base_path="../../build/stock",
    opt=3,
)
