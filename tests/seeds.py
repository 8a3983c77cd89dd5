#!/usr/bin/env python3
"""The seven benchmarks of the originals on an emulated board show what they should: seeds.py BOARD

They run unchanged, for as long as they say, by virtual time. A board of ports/qemu has a pyb of its own, the whole RPI_PICO of `make
pico-test` that of ports/pyb. Ends with `N passed, N failed, N skipped`.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Where much time is spent in busy waits an instruction takes 32 ns, so that they are few; else 8 ns, so that a step is
# short beside a block of 1 ms.
CHEAP, FAST = 5, 3


PICO = "RPI_PICO"
# Of that, in its emulator: the others are busy for 20 s and more, in which its processor makes 2500 million cycles.
ON_PICO = "call_lp", "priority"


def run(board, name, shift):
    """What a benchmark prints."""
    command = [ROOT / "ports/qemu/run.py", board, f"--shift={shift}"]
    if board == PICO:
        command = [ROOT / "tests/pico/run.py", board]
    done = subprocess.run(
        [*command, f"benchmarks/{name}.py"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def two_tables(text):
    """latency and timing: {coros: (min, avg, max)} with low priority, and without."""
    row = r"^Coros +(\d+) .* = +([\d.]+) min +([\d.]+) avg +([\d.]+) max ms$"
    tables = []
    for part in re.split("^asyncio_priority: ", text, flags=re.M)[1:]:
        found = re.findall(row, part, re.M)
        tables.append({int(n): tuple(map(float, times)) for n, *times in found})
    assert [sorted(table) for table in tables] == [[5, 10, 100, 200]] * 2, text
    return tables


def latency(text):
    """It does not grow with the number of coros; without low priority it is about 2 ms for each."""
    low, none = two_tables(text)
    _, avg, most = low[200]
    assert most < 2.5, "more than one block"
    assert abs(avg - low[5][1]) < 0.25 * low[5][1], "it grows"
    for n, (least, _, most) in none.items():
        assert 2 * n <= least and most < 2.3 * n, n


def timing(text):
    """10 ms take 9 to 12 ms; without low priority 2 ms more for each coro."""
    low, none = two_tables(text)
    for n, (least, _, most) in low.items():
        assert 9 <= least and most <= 12.5, n
    for n, (least, _, most) in none.items():
        assert 2 * n + 8 <= least and most < 2.3 * n + 12, n


def rate(text):
    """As many schedules a second for 1000 coros as for 100."""
    found = re.findall(r"^Coros +(\d+) +Iterations/sec +(\d+)", text, re.M)
    rates = {int(n): int(rate) for n, rate in found}
    assert sorted(rates) == [100, 200, 500, 1000], text
    assert 0.97 < rates[1000] / rates[100] < 1.03, "not flat"
    # One takes 765 instructions on the Cortex-M4F.
    assert rates[1000] > 1e9 / 2**CHEAP / 1500, "slow"


def call_lp(text):
    """About 100 callbacks in 2 s, arguments delivered."""
    first, then = (text.find(name) for name in ("500ms callback: ", "1s callback: "))
    assert 0 < first < then, "delayed callbacks"
    count = int(re.search(r"^Callbacks run: (\d+) ", text, re.M).group(1))
    average = int(re.search(r"^Average argument: (\d+) ", text, re.M).group(1))
    assert 97 <= count <= 101, count
    assert 420 < average < 600, average


def overdue(text):
    """9 runs in 10 s with a limit of 1 s, then none without a limit."""
    assert re.findall(r"^LP task was scheduled (\d+) times", text, re.M) == ["9", "0"], text
    assert text.count("LP task runs.\n") == 9


def priority(text):
    """An urgent coro answers within the block of 1 ms that is under way; a normal one waits for three."""
    count, urgent = re.search(
        r"^Urgent coros: (\d+) .* max latency ([\d.]+)ms$", text, re.M
    ).groups()
    normal = re.search(r"^Normal coros: max latency ([\d.]+)ms$", text, re.M).group(1)
    assert 40 <= int(count) <= 42, count
    assert float(urgent) < 1.5, urgent  # the block, the step around it, and a garbage collection
    assert float(normal) > 3, normal


CHECKS = (
    ("latency", CHEAP, latency),
    ("timing", CHEAP, timing),
    ("rate", CHEAP, rate),
    ("rate_p", CHEAP, rate),
    ("call_lp", CHEAP, call_lp),
    ("overdue", CHEAP, overdue),
    ("priority", FAST, priority),
)


def main():
    """Run and check all, print the count, return the exit status."""
    board = sys.argv[1]
    failed = skipped = 0
    for name, shift, check in CHECKS:
        text = ""
        if board == PICO and name not in ON_PICO:
            skipped += 1
            print(f"skip {name}.py: too slow in an emulator")
            continue
        try:
            text = run(board, name, shift)
            check(text)
            print(f"pass {name}: {check.__doc__}")
        except (AssertionError, AttributeError) as er:
            failed += 1
            print(f"fail {name}: {er}; it should be: {check.__doc__}\n{text}")
    print(f"{len(CHECKS) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
