# Run a script with a collection at each allocation: collecting.py SCRIPT
import gc
import sys

sys.argv[:] = sys.argv[1:]
sys.path[0] = ""
gc.threshold(1)
execfile(sys.argv[0])  # noqa: F821, MicroPython's
