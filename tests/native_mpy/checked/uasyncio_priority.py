# In place of the native .mpy: its objects from a shared library, then its part in bytecode (ports/mpy/_dynamic.py).
import os
import sys

import library

library.load(os.getenv("UP_LIBRARY"), sys.modules[__name__])
with open(os.getenv("UP_LIBRARY").rsplit("/", 1)[0] + "/_dynamic.py") as file:
    exec(file.read())
