# What a unix firmware without our loop freezes: MicroPython's own asyncio. The rest of its manifest is in submodules.
include("$(MPY_DIR)/extmod/asyncio")
