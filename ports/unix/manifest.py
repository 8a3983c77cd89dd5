# The unix firmware's frozen Python: ours, and stock asyncio, under its own name only, for comparisons.
include("../../python/manifest.py")
package(
    "asyncio",
    ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py"),
    base_path="$(MPY_DIR)/extmod",
    opt=3,
)
