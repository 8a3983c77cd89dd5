#!/usr/bin/env python3
"""Long runs on the boards in QEMU, in simulated time: long.py [--long] [--only load|storm] BOARD...

load: an hour of everything a device does, the clock wrapping half way; what the heap holds at the end is what it held
after the first minute. storm: a minute of interrupts at 20 kHz, all of them served. Without --long: some seconds of each.

Ends with `N passed, N failed`.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# By program: options of run.py and arguments, short and long. A turn of load.py takes 4.6 s more than it says.
PROGRAMS = {
    "load": {
        False: (["--ticks", str(2**32 - 12_000)], ["3", "5"]),
        True: (["--ticks", str(2**32 - 1_800_000)], ["61", "55"]),
    },
    # An instruction takes 2 ns here: at 8 ns an lx106 has more to do in 50 us than it can.
    "storm": {
        False: (["--shift", "1"], ["1"]),
        True: (["--shift", "1"], ["60"]),
    },
}


def run(board, name, long):
    """Whether it went well."""
    options, args = PROGRAMS[name][long]
    command = ["ports/qemu/run.py", board, "--timeout", "10000", *options]
    start = time.monotonic()
    done = subprocess.run(
        [*command, f"tests/long/{name}.py", *args],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    good = done.returncode == 0 and done.stdout.endswith("good\n")
    took = time.monotonic() - start
    print(f"{'pass' if good else 'fail'} {board} {name} ({took:.0f} s of real time)")
    print("    " + "\n    ".join(done.stdout.splitlines()[-30:]), flush=True)
    return good


def main():
    """Run them, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", choices=sorted(PROGRAMS))
    parser.add_argument("boards", nargs="+", metavar="BOARD")
    args = parser.parse_args()
    names = [args.only] if args.only else PROGRAMS
    results = [run(board, name, args.long) for board in args.boards for name in names]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
