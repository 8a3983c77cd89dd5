#!/usr/bin/env python3
"""Check the unix firmwares that leave something out (`make unix-without`): switches.py MICROPYTHON_WITH_ALL FOLDER

In FOLDER/SWITCHES/micropython, for each combination in LEFT_OUT: exactly the names that its switches say are gone, from
every module that had them, and the rest of tests/python passes. A test that uses a name that is gone is skipped; which
do is read from their source. Ends with `N passed, N failed, N skipped`.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests/python"
MODULES = ("asyncio", "uasyncio", "asyncio_priority", "uasyncio_priority", "asyn")
# What the modules lack, by the switches that are 0. "asyn" is a module of its own.
V2 = (
    "asyn version DEBUG log set_debug EventLoop ensure_future get_running_loop got_event_loop SleepMs SysCall SysCall1 "
    "StopLoop stop_loop cancel coroutine type_gen"
).split()
CPYTHON = (
    "Queue QueueEmpty QueueFull QueueShutDown LifoQueue PriorityQueue Condition Barrier BrokenBarrierError Datagram "
    "InvalidStateError all_tasks wait as_completed shield FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED "
    "timeout timeout_ms timeout_at Timeout TaskGroup ExceptionGroup BaseExceptionGroup Runner to_thread"
).split()
DIAGNOSTICS = "top tasks every can_meet _task_info _all_tasks".split()
# And methods of tasks.
METHODS = (
    "result exception cancelled cancelling uncancel get_name set_name get_coro add_done_callback "
    "remove_done_callback"
).split()
LEFT_OUT = {
    "V2-DIAGNOSTICS": {*V2, *DIAGNOSTICS},
    "CPYTHON": {*CPYTHON},
    # Those of `asyn` are made of these.
    "V2-CPYTHON-DIAGNOSTICS": {*V2, *CPYTHON, *DIAGNOSTICS, "Semaphore", "BoundedSemaphore"},
}
ASK = """
import json
found = {}
for name in %r:
    try:
        found[name] = dir(__import__(name))
    except ImportError:
        pass
print(json.dumps(found))
"""
GONE = """
for module in %r:
    for name in %r:
        try:
            getattr(__import__(module), name)
            print(module, name)
        except AttributeError:
            pass
"""


def ask(micropython, script):
    """What a script prints."""
    env = dict(os.environ, MICROPYPATH=".frozen")
    return subprocess.run(
        [micropython, "-c", script], env=env, stdout=subprocess.PIPE, check=True, text=True
    ).stdout


class Uses(ast.NodeVisitor):
    """The names, of those that are gone, that a test takes from our modules."""

    def __init__(self, gone, text):
        self.gone, self.found = gone, set()
        self.modules = set()  # variables that hold one of ours
        # Names in strings count where something looks up by them.
        self.strings = bool(re.search(r"\b(?:getattr|exec|eval|dir|__import__)\(", text))
        self.visit(ast.parse(text))

    def take(self, name):
        """This name is used."""
        if name in self.gone:
            self.found.add(name)

    def follow(self, module):
        """What a file of ours that a test imports uses, the test uses too."""
        for file in ROOT.glob(f"tests/*/{module}.py"):
            self.found |= Uses(self.gone, file.read_text()).found

    def is_ours(self, node):
        """Whether an expression is one of our modules, or a tuple with one."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return any(map(self.is_ours, node.elts))
        if isinstance(node, ast.Attribute):
            return node.attr in ("core", "event", "funcs", "lock", "stream")
        return isinstance(node, ast.Name) and node.id in self.modules

    def visit_Import(self, node):
        for name in node.names:
            root = name.name.split(".")[0]
            self.take(root)
            if root in MODULES and root != "asyn":
                self.modules.add(name.asname or root)
            self.follow(root)

    def visit_ImportFrom(self, node):
        root = node.module.split(".")[0]
        self.take(root)
        if root in MODULES and root != "asyn":
            for name in node.names:
                self.take(name.name)
        self.follow(root)

    def visit_For(self, node):
        if self.is_ours(node.iter) and isinstance(node.target, ast.Name):
            self.modules.add(node.target.id)
        self.generic_visit(node)

    def visit_Attribute(self, node):
        if self.is_ours(node.value):
            self.take(node.attr)
        if node.attr in METHODS and CPYTHON[0] in self.gone:
            self.found.add(node.attr)
        self.generic_visit(node)

    def visit_Call(self, node):
        if CPYTHON[0] in self.gone and any(keyword.arg == "name" for keyword in node.keywords):
            self.found.add("create_task(name=)")
        self.generic_visit(node)

    def visit_Constant(self, node):
        if self.strings and isinstance(node.value, str):
            for word in re.findall(r"\w+", node.value):
                self.take(word)


def check_names(full, micropython, gone):
    """Exactly these names are gone; (passed, failed)."""
    before = json.loads(ask(full, ASK % (MODULES,)))
    after = json.loads(ask(micropython, ASK % (MODULES,)))
    lacks = set(before) - set(after)
    for module in after:
        lacks |= set(before[module]) - set(after[module])
    problems = [f"is there: {name}" for name in sorted(gone - lacks)]
    problems += [f"is not there: {name}" for name in sorted(lacks - gone)]
    # dir() asks for each name that the firmware knows. What it does not know is not there either, but is it an AttributeError?
    there = [module for module in after if module != "asyn"]
    problems += ask(micropython, GONE % (there, sorted(gone))).splitlines()
    for problem in problems:
        print(problem)
    return not problems, bool(problems)


def main():
    """Check all, print the count, return the exit status."""
    if len(sys.argv) != 3:
        sys.exit(__doc__.splitlines()[0])
    full, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    total = [0, 0, 0]
    for switches, gone in LEFT_OUT.items():
        micropython = folder / switches / "micropython"
        print(f"without {switches}:")
        counts = [*check_names(full, micropython, gone), 0]
        fit = []
        for test in sorted(TESTS.glob("*.py")):
            uses = Uses(gone, test.read_text()).found
            if uses:
                counts[2] += 1
                print(
                    f"skip {test.name}: without {switches} there is no {', '.join(sorted(uses))}"
                )
            else:
                fit.append(test)
        argv = [sys.executable, ROOT / "tests/run.py", micropython, *fit]
        text = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=False).stdout
        print(re.sub(r"^pass .*\n", "", text, flags=re.MULTILINE), end="", flush=True)
        said = re.search(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", text, re.MULTILINE)
        more = map(int, said.groups()) if said else (0, 1, 0)
        total = [sum(column) for column in zip(total, counts, more)]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
