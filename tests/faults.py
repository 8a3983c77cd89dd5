#!/usr/bin/env python3
"""Faults that come from outside of the interpreter: faults.py COMMAND

reset BOARD   soft resets of a board in QEMU in the middle of a run

Ends with `N passed, N failed`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from qemu import Terminal

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "tests/faults"
RUN = ROOT / "ports/qemu/run.py"
SLOW = 120  # seconds of real time after which something hangs


def alike(board, resets, text, blur=0):
    """Whether each of so many starts was like the first, as soft.py tells; the heap's level within `blur`."""
    got = [line for line in text.replace("\r", "").splitlines() if line.startswith("# ")]
    levels = [int(line.split()[1]) for line in got]
    others = {line.split(maxsplit=2)[2] for line in got}
    if len(got) == resets + 1 and len(others) == 1 and max(levels) - min(levels) <= blur:
        print(f"{board}: {resets} soft resets, each start: {got[0]}")
        return True
    print(text[-1000:])
    for n, line in enumerate(got):
        if n == 0 or line != got[n - 1]:
            print(f"{board}: after {n} resets: {line}")
    return False


def reset(board, times=95):
    """Soft resets in the middle of a run, whatever it was left by: each start is like the first."""
    with tempfile.TemporaryFile("w+") as keys:
        for n in range(times):
            how = (0, 1, 2, 3, 5)[n % 5]
            # After SystemExit a REPL resets itself, else on Ctrl-D.
            keys.write(f"import soft; soft.start()\rsoft.go({how})\r" + "\x04" * (how == 5))
        keys.write("import soft; soft.start()\r")
        keys.seek(0)
        done = subprocess.run(
            [RUN, board],
            stdin=keys,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SLOW,
            cwd=PROGRAMS,
        )
    return alike(board, times, done.stdout)


def interrupt(board, times=5):
    """Ctrl-C in the middle of a run, and Ctrl-D: each start is like the first."""
    text = b""
    os.chdir(PROGRAMS)
    term = Terminal(board)
    try:
        term.type(b"", b">>> ")
        for _ in range(times):
            text += term.type(b"import soft; soft.start()\r", b"[]\r\n>>> ")
            term.type(b"soft.go(4)\r", b"@\r\n")
            term.type(b"\x03", b"KeyboardInterrupt: \r\n>>> ")
            term.type(b"\x04", b"soft reboot")
            term.type(b"", b">>> ")
        text += term.type(b"import soft; soft.start()\r", b"[]\r\n>>> ")
    finally:
        term.close()
    # By the real clock no run is like another, and what is left on the stack may look like a reference or two.
    return alike(board, times, text.decode(), blur=64)


def main():
    """Run what is asked for."""
    name, *args = sys.argv[1:]
    if name == "reset":
        results = [reset(*args), interrupt(*args)]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
