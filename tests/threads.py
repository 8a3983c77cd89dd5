#!/usr/bin/env python3
"""The loop among threads, on the unix firmware: threads.py [--gil | --tsan] [--long] MICROPYTHON

What may be called from another thread is hammered from four of them and counted, all else raises there; a signal goes to
each thread in turn. With --gil, the firmware of `make unix-gil`, all may be called, and ends the idle wait.
With --tsan, that of `make tsan`, ThreadSanitizer must have nothing to say but what ports/unix/tsan/suppressions.txt explains.
Ends with `N passed, N failed`.
"""

import argparse
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent
SCRIPTS = TESTS / "threads"
SUPPRESSIONS = TESTS.parent / "ports/unix/tsan/suppressions.txt"
ROOM = ["-X", "heapsize=256M"]
SLOW = 120  # seconds of real time after which something hangs


class Failed(Exception):
    """What is not as it should be."""


class Running:
    """A script under way, whose lines are read one by one."""

    def __init__(self, micropython, script, *args):
        path = SCRIPTS / script
        self.process = subprocess.Popen(
            [*micropython, path.name, *map(str, args)],
            cwd=path.parent,
            stdin=subprocess.PIPE,
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
        self.process.stdin.close()
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

    def go(self):
        """Send a line once the main thread is asleep."""
        self.wait_asleep(self.process.pid)
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

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


def foreign(micropython, long):
    """What is not safe raises in a thread that does not run the loop, and changes nothing."""
    with Running(micropython, "foreign.py") as run:
        for who in ("the main thread", "another", "the main thread again"):
            for line in (
                "82 of 82 raised",
                "True",
                "True True False",
                "1 1 0 None 0",
                "True True False",
                "[None, None] False",
                who,
            ):
                run.expect(line)


def runs(micropython, long):
    """Four threads run the loop as often as they can: each run is whole, or was told that another one is under way."""
    times = 5000 if long else 500
    with Running(micropython + ROOM, "runs.py", times) as run:
        run.expect(f"ran {[times] * 4} wrong {[[], [], [], []]}")


def held(micropython, long):
    """A thread that calls faster than the loop runs is held up: it fills no memory, and keeps no task waiting."""
    calls = 100000 if long else 10000
    with Running(micropython, "held.py", calls) as run:
        within = "left at a time, and between two steps of tasks, within bounds: True True"
        run.expect(f"ran {calls} {within}")
        run.expect("the interrupt mailbox is full and the loop does not run")
        run.expect("more are left: True")
        run.expect("all ran: True")
        run.expect("dropped or cancelled: others fit")


def start_stop(micropython, long):
    """Two threads call into a loop that a third one runs again and again: each call once, in order."""
    calls = 100000 if long else 10000
    with Running(micropython, "start_stop.py", calls) as run:
        run.expect(f"{[calls] * 2} out of order 0 runs True")


def idle(micropython, long):
    """What another thread makes due ends the loop's idle wait."""
    for _ in range(20 if long else 1):
        with Running(micropython, "idle.py") as run:
            for line in IDLE:
                run.expect(line)
                run.go()
            run.expect("stopped")


def elsewhere(micropython, long):
    """A loop in another thread than the main one sleeps, though the main one does not get to what is scheduled."""
    with Running(micropython, "elsewhere.py") as run:
        run.expect("waits")
        run.wait_asleep(run.threads()[-1])
        run.go()
        run.expect("over")


def python(micropython, long):
    """Those of tests/python that have threads, but that which collects garbage all the time."""
    for name in ("unix_flag_thread.py", "unix_threadsafe.py", "unix_pyb.py"):
        script = TESTS / "python" / name
        for _ in range(10 if long else 1):
            with Running(micropython, script) as run:
                for line in script.with_name(name + ".exp").read_text().splitlines():
                    run.expect(line)


IDLE = (
    "Event.set",
    "create_task",
    "call_soon",
    "call_soon_threadsafe",
    "call_later",
    "call_later_ms",
    "call_after",
    "WaitQueue.wake",
    "Lock.release",
    "Semaphore.release",
    "Task.cancel",
    "wake",
    "_task_queue.push",
    "ThreadSafeFlag.set",
    "schedule",
    "scheduled there",
    "stop",
    "stop_loop",
)


def main():
    """Run all, print the count, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    variant = parser.add_mutually_exclusive_group()
    variant.add_argument("--gil", action="store_true")
    variant.add_argument("--tsan", action="store_true")
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    micropython = [args.micropython.resolve()]
    tests = ctrl_c, hammer, held, start_stop, foreign, runs, elsewhere
    if args.gil:
        micropython += ROOM  # threads queue faster than the loop runs, and nothing holds them up
        tests = ctrl_c, hammer, idle
    elif args.tsan:
        micropython += (
            ROOM  # nothing is collected: blocks that go from thread to thread pass for races
        )
        tests = (
            hammer,
            held,
            start_stop,
            foreign,
            runs,
            elsewhere,
            python,
        )  # it holds signals back, so no Ctrl-C
    passed = failed = 0
    with tempfile.TemporaryDirectory() as reports:
        found = Path(reports)
        options = f"suppressions={SUPPRESSIONS} log_path={found}/report history_size=4"
        os.environ["TSAN_OPTIONS"] = options
        for test in tests:
            try:
                test(micropython, args.long)
                for report in found.iterdir():
                    raise Failed(report.read_text())
            except Failed as e:
                failed += 1
                print(f"fail {test.__name__}: {e}", flush=True)
                for report in found.iterdir():
                    report.unlink()
            else:
                passed += 1
                print(f"pass {test.__name__}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
