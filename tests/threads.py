#!/usr/bin/env python3
"""The loop among threads, on the unix firmware: threads.py MICROPYTHON [--long]

What may be called from another thread is hammered from four of them and counted; a signal goes to each thread in turn.
Ends with `N passed, N failed`.
"""

import argparse
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent / "threads"
SLOW = 120  # seconds of real time after which something hangs


class Failed(Exception):
    """What is not as it should be."""


class Running:
    """A script under way, whose lines are read one by one."""

    def __init__(self, micropython, script, *args):
        self.process = subprocess.Popen(
            [micropython, script, *map(str, args)],
            cwd=SCRIPTS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def line(self):
        """The next line; Failed if none comes."""
        text = b""
        while not text.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], SLOW)[0]:
                raise Failed(f"it hangs after {text}")
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                raise Failed(f"it ended with status {self.process.wait()} after {text}")
            text += byte
        return text.decode(errors="backslashreplace").rstrip("\n")

    def expect(self, line):
        """Failed if that is not the next line."""
        got = self.line()
        if got != line:
            raise Failed(f"it printed {got!r} in place of {line!r}")

    def threads(self):
        """The kernel's numbers of its threads, the main one first."""
        return sorted(map(int, os.listdir(f"/proc/{self.process.pid}/task")))

    def wait_asleep(self, thread):
        """Until a thread sleeps in the kernel: it is past the last look at what is pending."""
        stat = Path(f"/proc/{self.process.pid}/task/{thread}/stat")
        for _ in range(SLOW * 1000):
            if stat.read_text().rpartition(")")[2].split()[0] == "S":
                return
            select.select([], [], [], 0.001)
        raise Failed("it does not get to sleep")


def signal_thread(process, thread, number):
    """Send a signal to one thread. (Python has no name for that.)"""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.tgkill(process, thread, number) != 0:
        raise OSError(ctypes.get_errno(), "tgkill")


def ctrl_c(micropython, long):
    """Ctrl-C ends an endless wait of the loop, whichever thread takes the signal."""
    rounds = 200 if long else 20
    with Running(micropython, "endless_wait.py", rounds) as run:
        for i in range(rounds):
            run.expect("waits")
            threads = run.threads()
            if len(threads) != 4:
                raise Failed(f"{len(threads)} threads")
            run.wait_asleep(threads[0])
            signal_thread(run.process.pid, threads[i % 4], signal.SIGINT)
            run.expect("KeyboardInterrupt")


def hammer(micropython, long):
    """Four threads call and set flags as fast as they can: each call once, in order, no flag unseen."""
    calls = 100000 if long else 10000
    with Running(micropython, "hammer.py", calls) as run:
        run.expect(f"soon {[calls] * 4} out of order 0")
        run.expect(f"bare {[calls] * 4}")
        run.expect(f"seen {[calls] * 4}")
        run.expect(f"scheduled {[calls // 5] * 4}")


def main():
    """Run all, print the count, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    passed = failed = 0
    for test in (ctrl_c, hammer):
        try:
            test(args.micropython.resolve(), args.long)
        except Failed as e:
            failed += 1
            print(f"fail {test.__name__}: {e}", flush=True)
        else:
            passed += 1
            print(f"pass {test.__name__}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
