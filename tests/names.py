#!/usr/bin/env python3
"""docs/names.md has all public names of CPython's asyncio, and is right about which are there: names.py MICROPYTHON

Ends with `N passed, N failed`.
"""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs/names.md"
THERE = {"yes": True, "differs": True, "no": False, "not yet": False}
OWNERS = {"Task": "Task", "Queue": "Queue", "loop": "Loop"}
# EventLoop is a name of V2 here, a function.
OTHERS = {"EventLoop"}


def main():
    text = PAGE.read_text()
    rows = re.findall(r"^\| (`[^|]+`) \| ([a-z ]+) \|", text, re.M)
    said = {}
    for names, word in rows:
        for name in re.findall(r"`([\w.]+)`", names):
            said[name] = THERE[word]
    not_here = text.split("## Not here")[1].split("##")[0]
    said.update((name, False) for name in re.findall(r"`(\w+)`", not_here) if name not in OTHERS)
    passed = failed = 0

    def check(good, what):
        nonlocal passed, failed
        passed += good
        failed += not good
        if not good:
            print("fail", what)

    for name in asyncio.__all__:
        if name[0] != "_":
            check(name in said or name in OTHERS, f"{name} is not on the page")
    script = "import asyncio_priority as a\n"
    for name in said:
        owner, _, attribute = ("a." + name).rpartition(".")
        owner = "a." + OWNERS[owner[2:]] if owner != "a" else owner
        script += f"print({name!r}, hasattr({owner}, {attribute!r}))\n"
    done = subprocess.run(
        [sys.argv[1], "-c", script], capture_output=True, text=True, check=True
    ).stdout
    for line in done.splitlines():
        name, there = line.split()
        check((there == "True") == said[name], f"{name}: the page says {said[name]}")
    check(len(said) > 100, "there are too few names")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
