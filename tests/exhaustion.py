#!/usr/bin/env python3
"""A MemoryError at every allocation that a scenario reaches: exhaustion.py MICROPYTHON [--long]

The scenarios are those of exhaustion/sweep.py, each in a process of its own, on the firmware of `make asan`.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "exhaustion"
# Rows of failures: the short form has one allocation fail, or all from there on.
SHORT = "1,100000"
LONG = "1,2,3,5,10,30,100,100000"


def sweep(micropython, name, rows):
    """Run a scenario: its name, cases, failed allocations, how many went wrong, and what it printed."""
    env = {**os.environ, "MICROPYPATH": ".frozen", "UP_ROWS": rows}
    command = [micropython, "sweep.py", name]
    try:
        done = subprocess.run(
            command, cwd=FOLDER, env=env, capture_output=True, text=True, timeout=600
        )
        text = done.stdout + done.stderr
    except subprocess.TimeoutExpired as expired:
        text = f"{expired}\n{expired.stdout}"
    total = re.search(r"(\d+) cases (\d+) allocations failed (\d+) bad$", text, re.M)
    if not total or done.returncode:
        return name, 0, 0, 1, text  # it crashed
    cases, failed, bad = map(int, total.groups())
    return name, cases, failed, bad or not cases, text


def main():
    """Run them, print the totals, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("--long", action="store_true")
    args = parser.parse_args()
    micropython = args.micropython.resolve()
    names = subprocess.run(
        [micropython, "sweep.py", "--list"], cwd=FOLDER, capture_output=True, text=True
    ).stdout.split()
    if len(names) < 24:
        sys.exit(f"scenarios: {names}")
    cases = failures = wrong = 0
    with ThreadPoolExecutor(2) as pool:
        rows = LONG if args.long else SHORT
        for name, n, failed, bad, text in pool.map(
            lambda name: sweep(micropython, name, rows), names
        ):
            cases += n
            failures += failed
            wrong += bool(bad)
            print(f"{'fail' if bad else 'pass'} {name}: {n} cases, {failed} allocations failed")
            if bad:
                print(text, flush=True)
    print(f"{cases} cases, {failures} allocations failed in them")
    print(f"{len(names) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
