#!/usr/bin/env python3
"""Run MicroPython's mpy_ld.py: link.py TREE ARGUMENT..."""

import sys

sys.path.insert(0, f"{sys.argv[1]}/tools")
import mpy_ld

del sys.argv[1]
mpy_ld.main()
