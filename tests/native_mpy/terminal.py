#!/usr/bin/env python3
"""Run mpremote on a unix MicroPython's REPL, over a pseudo terminal: terminal.py MICROPYTHON ARGUMENT...

The folder that this runs in is the board's file system.
"""

import os
import pty
import signal
import subprocess
import sys
import tty


def main():
    """Start both, return mpremote's exit status."""
    micropython, *argv = sys.argv[1:]
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    raw_repl = os.path.join(os.path.dirname(os.path.abspath(__file__)), "raw_repl.py")
    board = subprocess.Popen(
        [micropython, raw_repl],
        stdin=ours,
        stdout=ours,
        env={"MICROPYPATH": ":.frozen"},
        preexec_fn=os.setsid,
    )
    try:
        connect = ["connect", os.ttyname(theirs), "resume"]
        return subprocess.call([sys.executable, "-m", "mpremote", *connect, *argv])
    finally:
        os.killpg(board.pid, signal.SIGKILL)
        board.wait()


if __name__ == "__main__":
    sys.exit(main())
