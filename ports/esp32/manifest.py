# The ESP32s' frozen Python: ours, then what they have by themselves, which is the same for all three boards.
include("../../python/manifest.py")
include("$(PORT_DIR)/boards/manifest.py")
