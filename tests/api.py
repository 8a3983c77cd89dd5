#!/usr/bin/env python3
"""The API pages (docs/api.py) have every public name of the modules, with all that a page must say: api.py MICROPYTHON

Ends with `N passed, N failed`.
"""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))
import api  # noqa: E402

ASK = """
import json, asyncio_priority, asyn
print(json.dumps([dir(asyncio_priority), dir(asyn)]))
"""
# What a module happens to import, the parts of MicroPython's package, and what is in builds for tests only.
NOT_OURS = {
    "select",
    "sys",
    "core",
    "event",
    "funcs",
    "lock",
    "stream",
    "asyncio_priority",
    "testing",
}
# These only say what an exception or a number is.
NO_COST = (ast.AnnAssign, ast.Assign)
# What is for a run of its own, or a network, so that no call of it has a cost of its own.
NO_FIGURE = {
    *(
        "run",
        "run_until_complete",
        "new_event_loop",
        "stop_loop",
        "all_tasks",
        "tasks",
        "top",
        "every",
        "can_meet",
        "as_completed",
        "to_thread",
    ),
    *("Runner", "open_connection", "start_server", "Server", "Datagram", "IOQueue", "set_debug"),
}


def main():
    """Check, print what is missing and the counts, return the exit status."""
    micropython = os.path.abspath(sys.argv[1])
    out = subprocess.run(
        [micropython, "-c", ASK],
        env=dict(os.environ, MICROPYPATH=".frozen"),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    ours, asyn = json.loads(out.stdout)
    real = {name for name in ours if name[0] != "_"} | {"__version__"}
    real |= {f"asyn.{name}" for name in asyn if name[0] != "_" and name not in NOT_OURS}
    real = real - NOT_OURS | {"uasyncio.get_event_loop", "uasyncio_priority.__version__"}
    names, costs = api.read(), json.loads(api.COSTS.read_text())
    listed = [name for group in api.GROUPS.values() for name in group.split()]
    passed, failed = 0, []

    def check(good, what):
        nonlocal passed
        passed += bool(good)
        if not good:
            failed.append(what)

    for name in sorted(real):
        check(
            listed.count(name) == 1,
            f"{name} is {listed.count(name)} times in docs/api.py's GROUPS",
        )
    for name in listed:
        check(name in real, f"{name} is in docs/api.py's GROUPS, and the module has it not")
    check(len({api.page_name(name) for name in listed}) == len(listed), "two names have one page")
    interrupts = set()
    for full in listed:
        name = names.get(full)
        if name is None:
            failed.append(f"{full}: no stub has it")
            continue
        text, fields, example = name.parts()
        check(text.endswith((".", "`.", ")")), f"{full}: its doc comment says nothing")
        check(example.endswith("```"), f"{full}: no example")
        members = names["_Loop"].members if full == "Loop" else name.members
        for member in members:
            check(member.doc or member.name == "__init__", f"{full}.{member.name}: no doc comment")
            if "Interrupt" in member.parts()[1]:
                interrupts.add(f"{full}.{member.name}")
        error = isinstance(name.node, ast.ClassDef) and any(
            "Error" in ast.unparse(base) or ast.unparse(base) in ("Exception", "BaseException")
            for base in name.node.bases
        )
        if not (
            isinstance(name.node, NO_COST) or error or full in NO_FIGURE or full == "asyn.Lock"
        ):
            check(full in costs, f"{full}: benchmarks/api_board.py has no figure")
    said = {"ThreadSafeFlag.set", "ThreadSafeFlag.clear", "Loop.call_soon_threadsafe"}
    check(
        interrupts == said,
        f"an interrupt may call {interrupts}, and behaviour.md 11.1 says {said}",
    )
    for full in costs:
        owner, _, method = full.rpartition(".")
        known = full in names or owner in names
        check(known, f"{full}: benchmarks/api_board.py has a figure, and no page shows it")
    for text in failed:
        print("fail", text)
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
