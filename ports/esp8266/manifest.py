# The ESP8266's frozen Python: ours, then what the board has by itself. `make esp8266` knows where that is.
include("../../python/manifest.py")
include("$(BOARD_MANIFEST)")
