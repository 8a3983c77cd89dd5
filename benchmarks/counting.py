"""Count what one step of a workload of steps.py costs: instructions and bytes of heap.

On unix callgrind counts, on a board in QEMU the board's counter, with an instruction a nanosecond. Either way a figure
is the difference of two windows of one run (steps.py), and each run is like the one before: on unix the clock is
ports/clock.c, addresses are not random, what the C library does is not counted, since each machine has its own, and no path
or variable of the machine is in the command line or the environment.
"""

import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build/bench"
MICROPYTHON = ROOT / "build/unix/micropython"
RUN = ROOT / "ports/qemu/run.py"
STEPS = "benchmarks/steps.py"
# On unix a script's own folder is in sys.path as an absolute path, which takes more or less of the heap.
IMPORT_STEPS = "import sys; sys.path[0] = 'benchmarks'; import steps"
UNIX = "unix"
# Of a board's counter: instructions each, at --shift 0.
PER_COUNT = {"cortex-m4f": 1, "cortex-m0": 62.5, "lx106": 25, "rv32": 100, "dc233c": 100}
BOARDS = tuple(PER_COUNT)
# The least --shift with which it tells each instruction from the next.
FINEST = {"cortex-m4f": 0, "cortex-m0": 6, "lx106": 5, "rv32": 7, "dc233c": 7}
IRQ = "benchmarks/irq.py"
TIMEOUT = 900
# Of what runs on unix: nothing of the machine's.
ENVIRONMENT = {"LC_ALL": "C"}
# What the heap's holes make of it is left out: bytes are counted instead.
ALLOCATOR = re.compile(r"gc_(alloc|free|realloc)\b")


class Failed(Exception):
    """A run did not end as it should; what it said."""


class NoRoom(Failed):
    """The board's heap is too small for that."""


@functools.cache
def clock():
    """The library that is the clock, made if need be."""
    source, library = ROOT / "ports/clock.c", WORK / "clock.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        WORK.mkdir(parents=True, exist_ok=True)
        made = library.with_suffix(f".{threading.get_ident()}")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", made, source], check=True)
        made.rename(library)
    return library


def alone(*command):
    """The beginning of a command on unix, by default MicroPython's, so that its addresses are the same each time."""
    command = command or (os.path.relpath(MICROPYTHON, ROOT),)
    tool = shutil.which("setarch")
    if tool and subprocess.call([tool, "-R", "true"], stderr=subprocess.DEVNULL) == 0:
        return [tool, "-R", *command]
    return list(command)


def valgrind():
    """Where it is: what it runs has no PATH."""
    found = shutil.which("valgrind")
    if not found:
        raise Failed("valgrind is missing: make setup-bench")
    return found


def run(argv, env=None, timeout=TIMEOUT):
    """The output of a command, without which there is no figure."""
    argv = [str(arg) for arg in argv]
    try:
        done = subprocess.run(
            argv,
            cwd=ROOT,
            env=env,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",  # a board without memory does not get its texts right
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError:
        raise Failed(f"{argv[0]} is missing: make setup-bench") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(argv)}: not done after {timeout} s") from None
    said = done.stdout + done.stderr
    if "MemoryError" in said:
        raise NoRoom(" ".join(argv))
    # A task's exception does not end a script.
    if done.returncode or "Traceback" in said:
        raise Failed(f"{' '.join(argv)}: status {done.returncode}\n{said[-2000:]}")
    return done.stdout


def functions(dump):
    """Instructions by function of the micropython binary, in one file of callgrind's."""
    counts = Counter()
    names = {"ob": {}, "fn": {}}
    now = {"ob": "", "fn": ""}
    skip = False
    for text in dump.read_text().splitlines():
        if skip:  # what a call took in all
            skip = False
        elif text[:3] in ("ob=", "fn="):
            what = text[:2]
            number, _, name = text[3:].partition(" ")
            if name:
                names[what][number] = name
            now[what] = names[what].get(number, "")
        elif text.startswith(("cob=", "cfn=")):
            number, _, name = text[4:].partition(" ")
            if name:
                names[text[1:3]][number] = name
        elif text.startswith("calls="):
            skip = True
        elif re.match(r"[-+*\d]", text):
            if now["ob"].endswith("/micropython") and not ALLOCATOR.match(now["fn"]):
                counts[now["fn"]] += int(text.split()[1])
    return counts


def on_unix(args, micropython=MICROPYTHON):
    """(steps, bytes, instructions by function) of steps.py with these arguments."""
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        out = Path(folder) / "out"
        command = [
            *alone(valgrind(), "--tool=callgrind", "--dump-before=bench_instant"),
            f"--callgrind-out-file={out}",
            *(os.path.relpath(micropython, ROOT), "-X", "heapsize=64m", "-c", IMPORT_STEPS, *args),
        ]
        env = {**ENVIRONMENT, "LD_PRELOAD": os.path.relpath(clock(), ROOT)}
        steps, heap, _ = map(int, run(command, env).split())
        one, two = (functions(Path(f"{out}.{i}")) for i in (2, 3))
    two.subtract(one)
    return steps, heap, two


def on_board(board, args, firmware=None):
    """(steps, bytes, instructions) of steps.py with these arguments."""
    more = ["--firmware", firmware] if firmware else []
    out = run([sys.executable, RUN, board, "--shift", "0", *more, STEPS, *args])
    try:
        steps, heap, counts = map(int, out.split())
    except ValueError:
        raise Failed(out) from None
    return steps, heap, counts * PER_COUNT[board]


def interrupts(board, tasks):
    """{tasks: (instructions from a hard interrupt to its task, the same of a wait with a time limit)}, at the shortest."""
    each = PER_COUNT[board] / 2 ** FINEST[board]
    argv = [sys.executable, RUN, board, "--shift", FINEST[board], IRQ, *tasks]
    found = re.findall(r"^ +(\d+) +(\d+) +\d+ +\d+ +(\d+)", run(argv), re.MULTILINE)
    return {
        int(n): (round(int(bare) * each), round(int(limited) * each)) for n, bare, limited in found
    }


def arguments(loop, workload, n):
    """Those of steps.py."""
    if workload not in ("echo", "lines"):
        return [loop, workload, str(n)]
    with socket.create_server(("127.0.0.1", 0)) as free:
        return [loop, workload, str(n), str(free.getsockname()[1])]


def cost(where, loop, workload, n):
    """(instructions, bytes of heap) that a step takes, with N tasks."""
    args = arguments(loop, workload, n)
    if where != UNIX:
        steps, heap, counts = on_board(where, args)
        return counts / steps, heap / steps
    steps, heap, by_function = on_unix(args)
    return sum(by_function.values()) / steps, heap / steps
