"""The board is $BOARD, a unix MicroPython, and $BOARD_FILES its file system."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
env = dict(os.environ, PYTHONPATH=os.environ["MPREMOTE"])
argv = [sys.executable, HERE / "terminal.py", os.environ["BOARD"], *sys.argv[1:]]
sys.exit(subprocess.call(argv, cwd=os.environ["BOARD_FILES"], env=env))
