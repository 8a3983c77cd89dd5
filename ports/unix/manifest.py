# The unix firmware's frozen Python: ours, and stock asyncio for comparisons.
include("../../python/manifest.py")
include("$(MPY_DIR)/extmod/asyncio")
