#!/usr/bin/env python3
"""Memory safety on the firmware of `make asan`: memory.py asan|gc MICROPYTHON TREE [--long]

asan: tests/python and MicroPython's own asyncio tests under the sanitizers; tests/python once more with no memory for the
loop itself, which promises to need none. gc: tests/python with a collection at every allocation, and at every step.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# So many allocations or steps that the short form cannot collect at each.
MANY = (
    "mem_eight_hundred_sleepers.py",
    "sync_random.py",
    "unix_churn.py",
    "unix_server_full_heap.py",
    "unix_sockets_many.py",
    "unix_tls_data.py",
    "unix_tls_many.py",
    "unix_threadsafe_gc.py",
)
# So long that the short form collects at each allocation, and not at each step as well.
LONG = ("fault_native.py", "fault_stream.py", "fault_sync.py", "mem_cancelled_sleepers.py")

# What they show is which collections there were.
COUNT_COLLECTIONS = ("idle_gc.py", "stats.py", "trace.py")

# The loop has memory, for the next context of an exception handler.
WANTS_MEMORY = ("fault_context_kept.py",)


def totals(label, argv, watch=""):
    """Run a runner of ours, show what failed; what it counts."""
    env = {**os.environ, "UP_WATCH": watch}
    done = subprocess.run(
        [sys.executable, *map(str, argv)], cwd=ROOT, env=env, capture_output=True, text=True
    )
    found = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", done.stdout, re.M)
    counts = [int(n) for n in found[-1]] if found else [0, 1, 0]
    if counts[1]:
        print(done.stdout, done.stderr)
    print("{}: {} passed, {} failed, {} skipped".format(label, *counts), flush=True)
    return counts


def ours(label, micropython, files, watch="", timeout=300):
    """tests/python, these files of it."""
    return totals(label, ["tests/run.py", "--timeout", timeout, micropython, *files], watch)


def collector(micropython):
    """The collector stops other threads: nothing that they move is lost."""
    argv = [micropython, ROOT / "tests/threads/collector.py"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600)
    good = re.search(r"^1000 collections [1-9]\d* rounds: 0 of \d+ lost$", done.stdout, re.M)
    if not good:
        print(done.stdout, done.stderr)
    print(f"{'pass' if good else 'fail'} collector.py")
    return [1, 0, 0] if good else [0, 1, 0]


def main():
    """Run them, print the totals, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("asan", "gc"))
    parser.add_argument("micropython", type=Path)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    files = sorted((ROOT / "tests/python").glob("*.py"))
    if not {*MANY, *LONG, *WANTS_MEMORY, *COUNT_COLLECTIONS} <= {f.name for f in files}:
        sys.exit("some of the tests named here are no more")
    counts = []
    if args.what == "gc":
        counts.append(collector(args.micropython))
        counts.append([0, 0, len(COUNT_COLLECTIONS)])
        for name in COUNT_COLLECTIONS:
            print(f"skip {name}: it counts collections, and there are others here")
        files = [f for f in files if f.name not in COUNT_COLLECTIONS]
    many = [f for f in files if f.name in MANY]
    rest = [f for f in files if f.name not in MANY]
    short = [f for f in rest if f.name not in LONG]
    if args.what == "asan":
        counts.append(ours("tests/python", args.micropython, files))
        needs_none = [f for f in files if f.name not in WANTS_MEMORY]
        counts.append(
            ours("no memory for the loop itself", args.micropython, needs_none, "locked")
        )
        names = ("asyncio", "uasyncio", "asyncio_priority") if args.long else ("asyncio",)
        upstream = ["tests/upstream.py", args.micropython, args.tree, *names]
        counts.append(totals("MicroPython's own", upstream))
    elif args.long:
        both = "collect=1,steps"
        counts.append(
            ours("collecting at all allocations and steps", args.micropython, files, both, 1800)
        )
    else:
        counts.append(ours("collecting at every allocation", args.micropython, rest, "collect=1"))
        third = short[::3]
        counts.append(ours("collecting at every step, a third", args.micropython, third, "steps"))
        counts.append(
            ours("collecting at every 100th allocation", args.micropython, many, "collect=100")
        )
        print("LONG=1: all of them at every allocation and step")
    passed, failed, skipped = (sum(column) for column in zip(*counts))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
