#!/usr/bin/env python3
"""The port for a board in QEMU, and run.py: exit statuses, the REPL, files, no QEMU left behind: qemu.py BOARD

Ends with `N passed, N failed`.
"""

import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "ports/qemu/run.py"
SLOW = 60  # seconds of real time after which something hangs

SCRIPTS = {
    "busy.py": "print('begins')\nwhile True:\n    pass\n",
    "idle.py": "import time\nprint('begins')\nwhile True:\n    time.sleep_ms(1)\n",
    "status.py": "import sys\nsys.exit(eval(sys.argv[1]))\n",
    "raises.py": "def f():\n    1 / 0\n\n\nf()\n",
    "wrong.py": "1 +\n",
    "args.py": "import sys\nimport helper\nprint(helper.name, sys.argv, __name__, __file__)\n",
    "helper.py": "name = __name__\n",
    "package.py": "import package.part\nprint(package.part.name)\n",
    "package/__init__.py": "",
    "package/part.py": "name = __name__\n",
    "heap.py": "import gc\nprint(gc.mem_free() + gc.mem_alloc())\n",
    "stack.py": "def f():\n    f()\n\n\ntry:\n    f()\nexcept RuntimeError as e:\n    print(e)\n",
    "fault.py": "import sys, uctypes\nuctypes.bytearray_at(int(sys.argv[1]), 1)[0]\n",
    "stdin.py": "import sys\nprint(sys.stdin.readline(), sys.stdin.read(3))\n",
    "file.py": """
with open("helper.py") as f:
    print(f.read())
with open("helper.py", "rb") as f:
    print(f.read(4), list(f))
for name, mode in (("none.py", "r"), (".", "r"), ("helper.py", "w")):
    try:
        open(name, mode).read()
    except OSError as e:
        print(name, type(e))
""",
    # What is not the same in two runs would show here: times, memory, interrupts.
    "twice.py": """
import asyncio_priority as asyncio, gc, micropython, pyb, time
seen = [0] * 64
ticks = 0
def tick(timer):
    global ticks
    seen[ticks & 63] = pyb.counts()
    ticks += 1
async def main():
    timers = [pyb.Timer(n, freq=997 * n, callback=tick) for n in (1, 2, 3)]
    for n in range(40):
        await asyncio.sleep_ms(n % 4)
        bytearray(n * 100)
        print(time.ticks_us(), pyb.counts(), gc.mem_alloc(), ticks, pyb.rng())
    for timer in timers:
        timer.deinit()
asyncio.run(main())
print(seen)
""",
}


def run(board, *argv, stdin=subprocess.DEVNULL, text=True, **kwargs):
    """Exit status and output."""
    done = subprocess.run(
        [RUN, board, *argv],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=text,
        timeout=SLOW,
        **kwargs,
    )
    return done.returncode, done.stdout


def same(got, want):
    """They are equal."""
    assert got == want, f"{got!r}, not {want!r}"


def statuses(board):
    """The exit status is the script's; a traceback names the script as it was called."""
    same(run(board, "helper.py"), (0, ""))
    same(run(board, "status.py", "None"), (0, ""))
    same(run(board, "status.py", "7"), (7, ""))
    same(run(board, "status.py", "'why'"), (1, "why\n"))
    at = 'Traceback (most recent call last):\n  File "raises.py", line 5, in <module>\n'
    error = '  File "raises.py", line 2, in f\nZeroDivisionError: divide by zero\n'
    same(run(board, "raises.py"), (1, at + error))
    at = 'Traceback (most recent call last):\n  File "wrong.py", line 1\n'
    same(run(board, "wrong.py"), (1, at + "SyntaxError: invalid syntax\n"))
    status, text = run(board, "none.py")
    assert status == 1 and "none.py" in text, text


def arguments(board):
    """Arguments, a folder, imports from it."""
    folder = Path.cwd().name
    want = f"helper ['{folder}/args.py', '-x', 'a,b'] __main__ {folder}/args.py\n"
    same(run(board, f"{folder}/args.py", "-x", "a,b", cwd=".."), (0, want))
    same(run(board, "package.py"), (0, "package.part\n"))


def files(board):
    """open() reads the host's files, and says what cannot be done."""
    status, text = run(board, "file.py")
    want = "name = __name__\n\nb'name' [b' = __name__\\n']\n"
    errors = [f"{name} <class 'OSError'>\n" for name in ("none.py", ".", "helper.py")]
    same((status, text), (0, want + "".join(errors)))


def heap(board):
    """--heap, -X heapsize= and what is too much; a deep recursion is no crash."""
    for option, size in (("--heap=40000", 40000), ("-Xheapsize=50k", 51200)):
        got = int(run(board, option, "heap.py")[1])
        assert 0.95 * size < got < size, (size, got)
    status, text = run(board, "--heap=1000000000", "heap.py")
    assert status == 1 and text.startswith("heap=1000000000: there are "), text
    same(run(board, "stack.py"), (0, "maximum recursion depth exceeded\n"))


def faults(board):
    """A look where no memory is ends at once, and says so; on Xtensa right below the stack, into which it may run over."""
    place = 0xFFFFFFF0 if board in ("rv32", "dc233c") else 0x3FF3FFF0
    status, text = run(board, "fault.py", str(place))
    assert status == 99 and text.startswith(("FAULT cause", "A fault, or")), (status, text)


def twice(board):
    """Two runs are alike, to the nanosecond and to the byte."""
    first = run(board, "twice.py")
    assert first[0] == 0 and len(first[1]) > 1000, first[1]
    second = run(board, "twice.py")
    if second != first:
        # QEMU's timers and its processor are two threads: in one run of some 400, interrupts come 2 ns off.
        first = run(board, "twice.py")
        for _ in range(2):
            same(run(board, "twice.py"), first)


def stdin(board):
    """A script reads what is piped in; at its end it ends."""
    with tempfile.TemporaryFile("w+") as file:
        file.write("line\nabcdef")
        file.seek(0)
        same(run(board, "stdin.py", stdin=file), (0, "line\n abc\n"))


def piped_repl(board):
    """The REPL takes what is piped in, Ctrl-D is a soft reset, and the end of it is the end."""
    with tempfile.TemporaryFile("w+") as file:
        file.write("x = 6\rx * 7\r\x04x\r")
        file.seek(0)
        status, text = run(board, stdin=file, text=False)
    assert b"MPY: soft reboot\r\n" in text, text  # to the byte, or mpremote waits for ever
    text = text.decode().replace("\r\n", "\n")
    lines = text.split("\n")
    assert status == 0 and "42" in [line.strip() for line in lines], text
    assert text.count("MicroPython v") == 2 and "MPY: soft reboot" in text, text
    assert "NameError: name 'x' isn't defined" in text, text


class Terminal:
    """run.py at a terminal of our making."""

    def __init__(self, board, *argv):
        self.fd, slave = pty.openpty()
        self.process = subprocess.Popen(
            [RUN, board, *argv], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.text = b""  # what has come and was not waited for yet

    def type(self, keys, until):
        """Type, and read up to that text; what came up to there, with it."""
        os.write(self.fd, keys)
        end = time.monotonic() + SLOW
        while until not in self.text:
            left = max(0, end - time.monotonic())
            assert select.select([self.fd], [], [], left)[0], (keys, until, self.text)
            self.text += os.read(self.fd, 4096)
        before, _, self.text = self.text.partition(until)
        return before + until

    def close(self):
        """Whatever happened."""
        self.process.kill()
        self.process.wait()
        os.close(self.fd)


def terminal(board):
    """The REPL at a terminal: Ctrl-C ends what runs, asyncio or not; Ctrl-] leaves."""
    term = Terminal(board)
    try:
        term.type(b"", b">>> ")
        term.type(b"import asyncio\r", b"\n>>> ")
        # No key comes twice or never.
        for _ in range(10):
            term.type(
                b"".join(b"%d" % (i % 9 + 1) for i in range(200)) + b" % 1000007\r",
                b"\n206419\r\n>>> ",
            )
        # What is typed is echoed, so what is waited for is not typed.
        term.type(b"asyncio.run(asyncio.sleep_ms(300)); print(20 + 3)\r", b"23\r\n>>> ")
        term.type(b"print(30 + 4); asyncio.run(asyncio.sleep(1000))\r", b"34\r\n")
        term.type(b"\x03", b"KeyboardInterrupt: \r\n>>> ")
        term.type(b"while not print(50 + 6): pass\r\r", b"56\r\n56\r\n")
        term.type(b"\x03", b"KeyboardInterrupt: \r\n>>> ")
        term.type(b"\x04", b"soft reboot")
        term.type(b"", b">>> ")
        os.write(term.fd, b"\x1d")
        same(term.process.wait(SLOW), 0)
    finally:
        term.close()


def child(pid):
    """The one child of a process, once there is one."""
    end = time.monotonic() + SLOW
    while time.monotonic() < end:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if children and b"qemu" in Path(f"/proc/{children[0]}/cmdline").read_bytes():
            return int(children[0])
        time.sleep(0.01)
    raise AssertionError("no QEMU was started")


def gone(pid):
    """Whether it ends soon."""
    end = time.monotonic() + SLOW
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.01)
    return False


def no_qemu_left(board):
    """Whatever ends run.py ends QEMU: a signal, its death, the time limit, a terminal that goes away."""
    for script in ("busy.py", "idle.py"):
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP):
            process = subprocess.Popen(
                [RUN, board, script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
            )
            try:
                qemu = child(process.pid)
                same(process.stdout.readline(), b"begins\n")
                process.send_signal(number)
                process.wait(SLOW)
                assert gone(qemu), (script, number)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()
        status, text = run(board, "--timeout=2", script)
        same((status, text), (124, "begins\nrun.py: not done after 2 s\n"))
    term = Terminal(board)
    try:
        term.type(b"", b">>> ")
        qemu = child(term.process.pid)
    finally:
        term.close()
    assert gone(qemu), "terminal"


TESTS = (
    statuses,
    arguments,
    files,
    heap,
    faults,
    twice,
    stdin,
    piped_repl,
    terminal,
    no_qemu_left,
)


def main():
    """Run all, print the count, return the exit status."""
    board = sys.argv[1]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="qemu-") as folder:
        for name, text in SCRIPTS.items():
            Path(folder, name).parent.mkdir(exist_ok=True)
            Path(folder, name).write_text(text)
        os.chdir(folder)
        for test in TESTS:
            try:
                test(board)
                print(f"pass {test.__name__}: {test.__doc__}")
            except (AssertionError, subprocess.TimeoutExpired) as er:
                failed += 1
                print(f"fail {test.__name__}: {test.__doc__}\n    {er}")
        os.chdir(ROOT)
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
