# The frozen Python of MicroPython's standard variant with our loop in it: ours. What the variant has besides its asyncio
# comes from micropython-lib. A tree with that submodule has it by one more line, behind ours:
#     include("$(PORT_DIR)/variants/manifest.py")
include("../../../python/manifest.py")
