#!/usr/bin/env python3
"""Random programs print the same under CPython's asyncio and under ours: programs.py MICROPYTHON [FIRST LAST]

tests/programs/program.py makes a program of each seed and runs it. Ends with `N passed, N failed`.

Two things differ, and docs/names.md says so: a lock, or what a condition notified of, that would go to a task which is cancelled
in the same pass goes to the next one at once. CPython hands it over a step later, or not at all before 3.12. Seeds above 400
reach that, once in some 250 programs.
"""

import difflib
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "programs/program.py"
SEEDS = 1, 400
# Kinds of steps that an older build of ours lacks, and the name that tells.
MORE = {"timeout": "timeout_ms", "wait_for": "timeout_ms"}
SHOWN = 3


def traces(command, first, last, kinds):
    """What the programs print, as a list of lines for each seed."""
    done = subprocess.run(
        [*command, PROGRAM.name, str(first), str(last), *kinds],
        cwd=PROGRAM.parent,
        capture_output=True,
        text=True,
        timeout=600,
    )
    found = {seed: [] for seed in range(first, last + 1)}
    for line in done.stdout.splitlines():
        seed = line.split()[0]
        if seed.isdigit() and int(seed) in found:
            found[int(seed)].append(line)
        else:
            print(line)
    if done.returncode:
        print(done.stderr[-2000:])
    return found


def main():
    micropython = str(Path(sys.argv[1]).resolve())
    first, last = map(int, sys.argv[2:4]) if len(sys.argv) > 3 else SEEDS
    ask = "import asyncio_priority; print(' '.join(dir(asyncio_priority)))"
    names = subprocess.run([micropython, "-c", ask], capture_output=True, text=True).stdout.split()
    kinds = ["+" + kind for kind, name in MORE.items() if name in names]
    theirs = traces([sys.executable], first, last, kinds)
    ours = traces([micropython], first, last, kinds)
    failed = 0
    for seed, lines in theirs.items():
        if lines and lines == ours[seed]:
            continue
        failed += 1
        print(f"fail {seed}")
        if failed <= SHOWN:
            print("\n".join(difflib.unified_diff(lines, ours[seed], "CPython", "ours", "", "", 5)))
    print(f"{len(theirs) - failed} passed, {failed} failed")
    sys.exit(failed != 0)


main()
