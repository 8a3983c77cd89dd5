#!/usr/bin/env python3
"""Run a script on a whole RPI_PICO's firmware in the emulator rp2040py: run.py SCRIPT

`make pico-test` builds the firmware, and installs the emulator. What it prints of itself is left out, and the script has its name in
tracebacks: the emulator types it in. The exit status is the emulator's: 1 where the script ends by an exception.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "build/pico/RPI_PICO/firmware.uf2"


def main():
    """Run it, print what it printed, return the exit status."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    argv = [ROOT / "build/venv/bin/python", "-m", "rp2040py", "micropython", "--image", FIRMWARE]
    done = subprocess.run(
        [*map(str, argv), sys.argv[1]],
        env={**os.environ, "PYTHONPATH": str(ROOT / "build/rp2040py")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = re.sub(rb"\A(?:(?:Found local|Loading uf2) image: .*\r?\n)*", b"", done.stdout)
    sys.stdout.buffer.write(said.replace(b'File "<stdin>"', f'File "{sys.argv[1]}"'.encode()))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
