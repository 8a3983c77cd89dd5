#!/usr/bin/env python3
"""Run a script on a Raspberry Pi Pico's whole firmware in an emulator: run.py BOARD [-X OPTION] SCRIPT

BOARD is a folder of build/pico: RPI_PICO. The output is the script's, and the exit status is 1 where it ends by an exception. -X
is what MicroPython's own test runner passes.
"""

import argparse
import re
import sys
from pathlib import Path

from board import BUILD, Board

MOST_MS = 600_000  # of the board's time


def modules(script):
    """The modules beside the tests that it imports from a folder which it appends to sys.path: {name: source}."""
    text = script.read_text()
    folders = [
        script.parent / at for at in re.findall(r'^sys\.path\.append\("(.+)"\)', text, re.M)
    ]
    names = re.findall(r"^(?:from|import) (\w+)", text, re.M)
    files = [folder / f"{name}.py" for folder in folders for name in names]
    return {file.name: file.read_bytes() for file in files if file.exists()}


def main():
    """Run it, print what it printed, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("board")
    parser.add_argument("-X", choices=["emit=bytecode"])
    parser.add_argument("script", type=Path)
    args = parser.parse_args()
    firmware = BUILD / args.board / "firmware.uf2"
    if not firmware.exists():
        sys.exit(f"there is no {firmware}: make pico-test")
    board = Board(firmware)
    for name, source in modules(args.script).items():
        # Its files are not this machine's. The root of the board's is where it imports from first.
        put = b"with open(%r, 'wb') as file: _ = file.write(%r)" % (name, source)
        printed, error = board.script(put, MOST_MS)
        if printed or error:
            sys.exit(f"{name} cannot be put on the board: {(printed + error).decode()}")
    printed, error = board.script(args.script.read_bytes(), MOST_MS)
    # The script was typed in.
    said = (printed + error).replace(b"<stdin>", str(args.script).encode())
    sys.stdout.buffer.write(said)
    return 1 if error else 0


if __name__ == "__main__":
    sys.exit(main())
