"""Count the instructions of one scheduled step, ours and stock asyncio's, with callgrind.

    make bench-cost     or     python3 benchmarks/cost.py [--json] build/unix/micropython

A figure is the difference between a long and a short run of cost_steps.py, divided by the
difference of their steps: start-up and end cancel out. In the same way it counts the bytes of heap
that a step takes: none. Ends with an error if a bound is broken. Needs valgrind; takes a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

STEPS = Path(__file__).with_name("cost_steps.py")
OURS, STOCK = "asyncio_priority", "stock_asyncio"
SHORT, LONG = 20_000, 60_000
FEWER = 10  # beside a flag stock takes 1 ms a step: there a run has so many times fewer steps
TASKS = (10, 100, 1000)
MIDDLE = 100  # the number of tasks that the bounds are for
FLAT = 0.10  # how far the figures for fewer and for more tasks may be from that


@dataclass(frozen=True)
class Workload:
    """What is counted, and what it may cost."""

    name: str  # as in cost_steps.py
    stock: str  # the workload to compare with on stock asyncio
    most: int  # instructions per step
    gain: float | None = None  # least ratio of stock's figure to ours
    base: str | None = None  # `most` is what may come on top of this one; with MIDDLE tasks only

    @property
    def tasks(self):
        """The numbers of tasks that it is counted with."""
        return TASKS if self.base is None else (MIDDLE,)


WORKLOADS = (
    Workload("yield", stock="sleep_ms(0)", most=1200),  # stock loses a task that bare-yields
    Workload("sleep_ms(0)", stock="sleep_ms(0)", most=2000, gain=8),
    Workload("beside a flag", stock="beside a flag", most=299, base="sleep_ms(0)"),
)


def count(micropython, module, workload, tasks, steps):
    """Run the workload once: the instructions executed, and the bytes of heap taken."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command += [micropython, STEPS, module, workload, str(tasks), str(steps)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    except FileNotFoundError:
        raise SystemExit("valgrind is missing: apt-get install valgrind") from None
    except subprocess.TimeoutExpired:
        raise SystemExit(f"{module}: {workload} with {tasks} tasks does not end") from None
    except subprocess.CalledProcessError as e:
        raise SystemExit(f"{module}: {workload} with {tasks} tasks fails:\n{e.stderr}") from None
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]), int(done.stdout)


def per_step(micropython, module, workload, tasks):
    """Instructions and bytes of heap that one step takes."""
    fewer = FEWER if workload == "beside a flag" else 1
    (short, short_heap), (long, long_heap) = (
        count(micropython, module, workload, tasks, steps // fewer) for steps in (SHORT, LONG)
    )
    steps = (LONG - SHORT) // fewer
    return (long - short) / steps, (long_heap - short_heap) / steps


def measure(micropython):
    """Count everything, two runs at a time: {(module, workload, tasks): (instructions, bytes)}."""
    runs = (
        (module, name, w) for w in WORKLOADS for module, name in ((OURS, w.name), (STOCK, w.stock))
    )
    keys = sorted({(module, name, tasks) for module, name, w in runs for tasks in w.tasks})
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(keys, pool.map(lambda key: per_step(micropython, *key), keys)))


def table(figures):
    """A row for each workload and number of tasks; `more` is what it adds to its base."""
    for w in WORKLOADS:
        for tasks in w.tasks:
            ours, heap = figures[OURS, w.name, tasks]
            stock, _ = figures[STOCK, w.stock, tasks]
            row = {
                "workload": w.name,
                "tasks": tasks,
                "ours": round(ours),
                "stock": round(stock),
                "ratio": round(stock / ours, 2),
                "heap_bytes": heap,
            }
            if w.base:
                row["more"] = round(ours - figures[OURS, w.base, tasks][0])
                row["more_stock"] = round(stock - figures[STOCK, w.base, tasks][0])
            yield row


def broken(rows):
    """Say which bounds do not hold."""
    by_key = {(row["workload"], row["tasks"]): row for row in rows}
    for w in WORKLOADS:
        middle = by_key[w.name, MIDDLE]
        cost = middle["more" if w.base else "ours"]
        if cost > w.most:
            on_top = f" more than {w.base}" if w.base else ""
            yield f"{w.name}: {cost} instructions{on_top}, allowed are {w.most}"
        if w.gain and middle["ratio"] < w.gain:
            yield f"{w.name}: stock takes {middle['ratio']} times as many, not {w.gain} or more"
        for tasks in w.tasks:
            row = by_key[w.name, tasks]
            if abs(row["ours"] / middle["ours"] - 1) > FLAT:
                yield f"{w.name}: {tasks} tasks are over {FLAT:.0%} away from {MIDDLE} tasks"
            if row["heap_bytes"]:
                yield f"{w.name}: a step takes {row['heap_bytes']} bytes of heap, {tasks} tasks"


def show(rows):
    """Print the table."""
    print(f"Instructions per step: ({LONG} steps - {SHORT} steps) / {LONG - SHORT}\n")
    print(f"{'workload':14}{'tasks':>6}{'ours':>8}{'stock':>8}{'ratio':>7}{'heap':>6}")
    for row in rows:
        print("{workload:14}{tasks:6}{ours:8}{stock:8}{ratio:7.1f}{heap_bytes:6g}".format(**row))
    print(f"\nAllowed with {MIDDLE} tasks: ", end="")
    print(", ".join(f"{w.name} {w.most}" for w in WORKLOADS if not w.base), end="; ")
    print(f"with fewer or more, {FLAT:.0%} away from that figure.")
    print("Stock asyncio loses a task that only says yield: its sleep_ms(0) stands there instead.")
    flag = next(row for row in rows if "more" in row)
    print("A ThreadSafeFlag that is waited for and not set adds ", end="")
    print("{more} instructions to a step, on stock {more_stock}; ".format(**flag), end="")
    print(f"allowed are {next(w.most for w in WORKLOADS if w.base)}.")


def main():
    """Count, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=os.path.abspath, help="the binary with our loop in it")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    args = parser.parse_args()
    rows = list(table(measure(args.micropython)))
    if args.json:
        print(json.dumps({"steps": [SHORT, LONG], "rows": rows}, indent=1))
    else:
        show(rows)
    faults = list(broken(rows))
    for fault in faults:
        print("Broken:", fault, file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
