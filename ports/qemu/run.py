#!/usr/bin/env python3
"""Run a script on a board in QEMU, or its REPL: run.py BOARD [OPTION...] [SCRIPT [ARGUMENT...]]

The output is the script's, and so is the exit status; 124 if it was not done in time. Time is virtual: each
instruction takes 2^SHIFT ns, idling takes no real time, and each run is like the one before, to the instruction.
The REPL at a terminal goes by real time instead; Ctrl-] leaves it.

QEMU ends with this program, whatever ends it.
"""

import argparse
import ctypes
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import termios
import tty
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build/qemu"
LEAVE = b"\x1d"  # Ctrl-]
PR_SET_PDEATHSIG = 1


def boards():
    """The boards' names."""
    return sorted(path.parent.name for path in HERE.glob("*/board.mk"))


def board_variable(board, name):
    """What a board's makefile says about itself."""
    text = (HERE / board / "board.mk").read_text()
    found = re.search(rf"^{name} = (.*)$", text, re.MULTILINE)
    if not found:
        sys.exit(f"{board}/board.mk does not say what {name} is")
    return found.group(1)


def parse(argv):
    """The command line: ours, and what MicroPython's own test runner passes."""
    parser = argparse.ArgumentParser(
        usage="run.py BOARD [OPTION...] [SCRIPT [ARGUMENT...]]",
        description="Run a script on a board in QEMU, or its REPL.",
    )
    parser.add_argument("board", choices=boards())
    parser.add_argument(
        "--shift", type=int, help="an instruction takes 2^SHIFT ns of virtual time"
    )
    parser.add_argument("--heap", type=int, help="bytes of heap")
    parser.add_argument("--ticks", type=int, help="the ms count starts there")
    parser.add_argument("--timeout", type=float, default=300, metavar="S", help="of real time")
    parser.add_argument("--firmware", type=Path, help="default: what `make qemu` built")
    parser.add_argument("--log", type=Path, help="a file: QEMU writes down each instruction")
    parser.add_argument("-X", action="append", default=[], help="as for the unix port: heapsize=N")
    # What comes after the script is the script's, also if it begins with a dash.
    at = 1
    while at < len(argv) and argv[at].startswith("-"):
        at += 1 if "=" in argv[at] or argv[at] in ("-h", "--help") else 2
    args = parser.parse_args(argv[:at])
    args.script = argv[at:]
    for option in args.X:
        name, _, value = option.partition("=")
        if name == "heapsize":
            unit = {"k": 1024, "m": 1024 * 1024}.get(value[-1:].lower())
            args.heap = int(value[:-1]) * unit if unit else int(value)
        elif option not in ("emit=bytecode", "realtime"):
            parser.error(f"-X {option}: not here")
    if any(" " in word for word in args.script):
        parser.error("a board's command line is split at spaces: no word can have one")
    return args


def one_by_one(qemu, log):
    """The options with which QEMU writes a line for each instruction, before it executes it."""
    knows = subprocess.run([qemu, "-help"], capture_output=True, text=True, check=True).stdout
    each = ["-singlestep"] if "-singlestep" in knows else ["-accel", "tcg,one-insn-per-tb=on"]
    return [*each, "-d", "exec,nochain", "-D", str(log)]


def command(args, at_terminal):
    """QEMU's command line."""
    firmware = args.firmware or BUILD / args.board / "firmware.elf"
    if not firmware.exists():
        sys.exit(f"there is no {firmware}: make qemu BOARD={args.board}")
    words = []
    if args.heap is not None:
        words.append(f"heap={args.heap}")
    if args.ticks is not None:
        words.append(f"ticks={args.ticks}")
    # Where modules are besides, as for the unix port.
    path = [p for p in os.environ.get("MICROPYPATH", "").split(":") if p and p != ".frozen"]
    if path and args.script:
        words.append("path=" + ":".join(path))
    # Without any word of ours QEMU would pass the firmware's path.
    words += args.script or [f"serial={int(at_terminal)}"]
    host = ",".join(
        ["enable=on", "target=native"] + ["arg=" + w.replace(",", ",,") for w in words]
    )
    shift = board_variable(args.board, "SHIFT") if args.shift is None else args.shift
    # The sim machine's console is its simcalls. With a serial line QEMU reads the keys in one thread and hands them
    # out in another, without a lock: now and then one comes twice or never.
    serial = (
        "stdio"
        if at_terminal and "-machine sim" not in board_variable(args.board, "QEMU")
        else "none"
    )
    qemu = shlex.split(board_variable(args.board, "QEMU"))
    return [
        *qemu,
        *(one_by_one(qemu[0], args.log) if args.log else ()),
        *([] if at_terminal else ["-icount", f"shift={shift},sleep=off"]),
        *("-display", "none", "-monitor", "none"),
        *("-serial", serial),
        *("-semihosting-config", host),
        *("-kernel", str(firmware)),
    ]


def die_with_parent():
    """In the child, before QEMU: if this program is killed, QEMU is too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def converse(process):
    """Carry the keys of the terminal to QEMU, until one says to leave or QEMU ends."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setraw(keyboard)
        after = termios.tcgetattr(keyboard)
        after[1] = before[1]  # newlines in the output stay as they are
        termios.tcsetattr(keyboard, termios.TCSANOW, after)
        while process.poll() is None:
            if select.select([keyboard], [], [], 0.1)[0]:
                keys = os.read(keyboard, 256)
                if not keys or LEAVE in keys:
                    return
                process.stdin.write(keys)
                process.stdin.flush()
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def stop(signum, frame):
    """A signal ends the program by way of its `finally`."""
    sys.exit(128 + signum)


def main():
    """Run it, return the exit status."""
    args = parse(sys.argv[1:])
    at_terminal = not args.script and sys.stdin.isatty()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    process = subprocess.Popen(
        command(args, at_terminal),
        stdin=subprocess.PIPE if at_terminal else None,
        preexec_fn=die_with_parent,
    )
    try:
        if at_terminal:
            print("Ctrl-] leaves.", flush=True)
            converse(process)
            return 0
        return process.wait(args.timeout)
    except subprocess.TimeoutExpired:
        print(f"run.py: not done after {args.timeout:g} s", file=sys.stderr)
        return 124
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
