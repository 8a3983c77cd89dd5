#!/usr/bin/env python3
"""Run a script on a Raspberry Pi Pico's whole firmware in an emulator: run.py BOARD [-X OPTION] SCRIPT

BOARD is a folder of build/pico: RPI_PICO. The output is the script's, and the exit status is 1 where it ends by an exception. -X
is what MicroPython's own test runner passes.
"""

import argparse
import sys
from pathlib import Path

from board import BUILD, Board

MOST_MS = 600_000  # of the board's time
# The emulator makes some 5 of the board's 125 million cycles in a second. These take it minutes.
SLOW = {
    "fault_native.py": "2160 scenarios",
    "fault_stream.py": "1020 scenarios",
    "fault_sync.py": "1920 scenarios",
    "mem_dropped_waiters.py": "2550 tasks are collected",
    "mem_eight_hundred_sleepers.py": "800 tasks",
    "mem_steps.py": "thousands of steps of each kind of wait",
    "stream_cancel_table.py": "each wait of a stream, with a cancel and a time-out at each step",
    "sync_random.py": "20 rounds of random operations",
}


def main():
    """Run it, print what it printed, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("board")
    parser.add_argument("-X", choices=["emit=bytecode"])
    parser.add_argument("script", type=Path)
    args = parser.parse_args()
    if args.script.name in SLOW:
        print(f"SKIP: too slow in an emulator: {SLOW[args.script.name]}")
        return 0
    firmware = BUILD / args.board / "firmware.uf2"
    if not firmware.exists():
        sys.exit(f"there is no {firmware}: make pico-test")
    printed, error = Board(firmware).script(args.script.read_bytes(), MOST_MS)
    # The script was typed in.
    said = (printed + error).replace(b"<stdin>", str(args.script).encode())
    sys.stdout.buffer.write(said)
    return 1 if error else 0


if __name__ == "__main__":
    sys.exit(main())
