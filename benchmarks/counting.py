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
import time
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
IDLE = "benchmarks/idle.py"
REQUESTS = "benchmarks/requests.py"
GARBAGE = "benchmarks/garbage.py"
TICKS = 50
WAKE_UPS = 20
TIMEOUT = 900
# Of what runs on unix: nothing of the machine's.
ENVIRONMENT = {"LC_ALL": "C"}
# What the heap's holes make of it is left out: bytes are counted instead.
ALLOCATOR = re.compile(r"gc_(alloc|free|realloc)\b")
NOTHING = re.compile(r"(?!)")


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


def functions(dump, loaded=False, leave_out=ALLOCATOR):
    """Instructions by function of the micropython binary, in one file of callgrind's; `loaded`: also of code that it loaded."""
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
            ours = now["ob"].endswith("/micropython") or loaded and "/" not in now["ob"]
            if ours and not leave_out.match(now["fn"]):
                counts[now["fn"]] += int(text.split()[1])
    return counts


def on_unix(args, micropython=MICROPYTHON, heap="64m", leave_out=ALLOCATOR):
    """(steps, bytes, instructions by function) of steps.py with these arguments."""
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        out = Path(folder) / "out"
        command = [
            *alone(valgrind(), "--tool=callgrind", "--dump-before=bench_instant"),
            f"--callgrind-out-file={out}",
            *(
                os.path.relpath(micropython, ROOT),
                "-X",
                f"heapsize={heap}",
                "-c",
                IMPORT_STEPS,
                *args,
            ),
        ]
        env = {**ENVIRONMENT, "LD_PRELOAD": os.path.relpath(clock(), ROOT)}
        steps, heap, _ = map(int, run(command, env).split())
        one, two = (functions(Path(f"{out}.{i}"), leave_out=leave_out) for i in (2, 3))
    two.subtract(one)
    return steps, heap, two


def requests(loop):
    """Instructions that a request takes of microdot's server on unix, all of the binary's with the collector's."""
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder, socket.create_server(
        ("127.0.0.1", 0)
    ) as free:
        out = Path(folder) / "out"
        port = free.getsockname()[1]
        free.close()
        command = [
            *alone(valgrind(), "--tool=callgrind", "--dump-before=bench_instant"),
            f"--callgrind-out-file={out}",
            *(
                os.path.relpath(MICROPYTHON, ROOT),
                "-X",
                "heapsize=512k",
                REQUESTS,
                loop,
                str(port),
            ),
        ]
        env = {**ENVIRONMENT, "MICROPYPATH": ".frozen:build/libraries"}
        with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE) as server:
            try:
                for request in (
                    ["/"] * 50 + ["/mark"] + ["/"] * 200 + ["/mark"] + ["/"] * 400 + ["/mark"]
                ):
                    ask(port, request)
            finally:
                server.kill()
                said = server.communicate()[1]
        if not Path(f"{out}.3").exists():
            raise Failed(said.decode(errors="replace")[-2000:])
        one, two = (sum(functions(Path(f"{out}.{i}"), leave_out=NOTHING).values()) for i in (2, 3))
    return (two - one) / 200


def ask(port, what):
    """One request, and its answer to the end."""
    until = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 60) as client:
                client.sendall(f"GET {what} HTTP/1.0\r\nHost: here\r\n\r\n".encode())
                answer = b""
                while more := client.recv(4096):
                    answer += more
            break
        except ConnectionRefusedError:  # it is not there yet
            if time.monotonic() > until:
                raise Failed("microdot does not answer") from None
            time.sleep(0.1)
    if b" 200 " not in answer[:20]:
        raise Failed(f"microdot answers {answer!r}")


def on_board(board, args, firmware=None):
    """(steps, bytes, instructions) of steps.py with these arguments."""
    more = ["--firmware", firmware] if firmware else []
    out = run([sys.executable, RUN, board, "--shift", "0", *more, STEPS, *args])
    try:
        steps, heap, counts = map(int, out.split())
    except ValueError:
        raise Failed(out) from None
    return steps, heap, counts * PER_COUNT[board]


# What `unix_step()` counts: N tasks, each so many rounds.
ROUNDS = """
import sys
sys.path[:0] = sys.argv[3:]
asyncio = __import__(sys.argv[1])
async def task(rounds):
    for _ in range(rounds):
        await asyncio.sleep_ms(0)
async def main(rounds):
    for _ in range(99):
        asyncio.create_task(task(rounds))
    await task(rounds)
asyncio.run(main(int(sys.argv[2])))
"""


def unix_step(micropython, module, *path):
    """Instructions of a step of sleep_ms(0) with 100 tasks, of any unix firmware, and of code that it loads.

    The difference of two runs, since a firmware without our module of benchmarks cannot say when to begin.
    """
    totals = []
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "rounds.py"
        program.write_text(ROUNDS)
        for rounds in (20, 60):
            out = Path(folder) / "out"
            command = [
                *alone(valgrind(), "--tool=callgrind", f"--callgrind-out-file={out}"),
                *(micropython, "-X", "heapsize=8m", program, module, rounds, *path),
            ]
            run(command, ENVIRONMENT)
            totals.append(sum(functions(out, loaded=True).values()))
    return (totals[1] - totals[0]) / 4000


def interrupts(board, tasks, firmware=None):
    """{tasks: (instructions from a hard interrupt to its task, the same of a wait with a time limit)}, at the shortest."""
    each = PER_COUNT[board] / 2 ** FINEST[board]
    more = ["--firmware", firmware] if firmware else []
    argv = [sys.executable, RUN, board, "--shift", FINEST[board], *more, IRQ, *tasks]
    found = re.findall(r"^ +(\d+) +(\d+) +\d+ +\d+ +(\d+)", run(argv), re.MULTILINE)
    return {
        int(n): (round(int(bare) * each), round(int(limited) * each)) for n, bare, limited in found
    }


def idle(board, loop, n):
    """Instructions that a tick of 1 ms takes which brings nothing, beside N tasks that sleep, the board's own tick with it.

    While a processor sleeps its clock goes on, so QEMU writes down each instruction instead, and two windows are compared.
    """
    windows = [0]
    WORK.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        log = Path(folder) / "log"
        run([sys.executable, RUN, board, "--shift", "0", "--log", log, IDLE, loop, n, TICKS])
        with log.open(errors="replace") as lines:
            for line in lines:
                if not line.startswith("Trace"):
                    # The instruction in the line before was not executed, or will be once more.
                    windows[-1] -= line.startswith(("Stopped", "cpu_io_recompile"))
                else:
                    windows[-1] += 1
                    if line.endswith(" bench_instant\n"):
                        # A windowed processor may try its first instruction several times.
                        if len(windows) == 1 or windows[-1] > 200:
                            windows.append(0)
    if len(windows) != 4:
        raise Failed(f"{board} {loop}: {len(windows) - 1} marks of 3 in QEMU's log")
    return (windows[2] - windows[1]) / TICKS


def system_calls(loop, n):
    """How many a wake-up by a timer takes on unix, beside N tasks that sleep."""
    env = {**ENVIRONMENT, "LD_PRELOAD": os.path.relpath(clock(), ROOT)}
    counts = []
    WORK.mkdir(parents=True, exist_ok=True)
    for times in (WAKE_UPS, 2 * WAKE_UPS):
        with tempfile.NamedTemporaryFile(dir=WORK) as log:
            tool = (valgrind(), "--tool=none", "--trace-syscalls=yes", f"--log-file={log.name}")
            run([*alone(*tool), os.path.relpath(MICROPYTHON, ROOT), IDLE, loop, n, times], env)
            text = Path(log.name).read_text(errors="replace")
        counts.append(len(re.findall(r"^SYSCALL\[\d+,\d+\]\(\d+\) sys_", text, re.MULTILINE)))
    return (counts[1] - counts[0]) / WAKE_UPS


def arguments(loop, workload, n):
    """Those of steps.py."""
    if workload not in ("echo", "lines"):
        return [loop, workload, str(n)]
    with socket.create_server(("127.0.0.1", 0)) as free:
        return [loop, workload, str(n), str(free.getsockname()[1])]


def paid(where, loop, workload, n):
    """Instructions that a step takes with the allocator and the collections in, on a heap of 256 KB, or the board's."""
    args = [loop, workload, str(n), "paid"]
    if where != UNIX:
        steps, _, counts = on_board(where, args)
        return counts / steps
    steps, _, by_function = on_unix(args, heap="256k", leave_out=NOTHING)
    return sum(by_function.values()) / steps


def lateness(board, loop):
    """[samples, the median, 90 %, 99 %, the longest]: how late a high task is beside garbage, in us (garbage.py)."""
    return list(map(int, run([sys.executable, RUN, board, GARBAGE, loop]).split()))


def cost(where, loop, workload, n):
    """(instructions, bytes of heap) that a step takes, with N tasks."""
    args = arguments(loop, workload, n)
    if where != UNIX:
        steps, heap, counts = on_board(where, args)
        return counts / steps, heap / steps
    steps, heap, by_function = on_unix(args)
    return sum(by_function.values()) / steps, heap / steps
