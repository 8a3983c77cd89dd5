#!/usr/bin/env python3
"""Measure what a call of each public name costs on a Cortex-M4F in QEMU (`make qemu`), and write docs/api_costs.json: api.py

The API pages of the site show it (docs/api.py).
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COSTS = ROOT / "docs/api_costs.json"
ON_BOARD = (ROOT / "ports/qemu/run.py", "cortex-m4f", "--shift", "0")


def measure():
    """{name: [instructions, bytes of heap, the words beside them]}."""
    command = [sys.executable, *map(str, ON_BOARD), str(ROOT / "benchmarks/api_board.py")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stdout)
    costs = {}
    for line in done.stdout.splitlines():
        name, instructions, heap, words = line.split("|")
        costs[name] = [int(instructions), int(heap), words]
    return costs


def main():
    """Measure and write."""
    rows = (f"{json.dumps(name)}: {json.dumps(cost)}" for name, cost in measure().items())
    COSTS.write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
