# A Pico's frozen Python: ours, then what the board has by itself. `make pico` knows where that is.
include("../../python/manifest.py")
include("$(BOARD_MANIFEST)")
