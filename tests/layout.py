#!/usr/bin/env python3
"""Check that the shim's files are rooms, not one hall: layout.py

Of micropython-bindings: each C file has a header of its own (those of a folder share the folder's) and includes it, each
includes what it uses of ours and nothing else. No header includes itself, however far round, and no room, which is a C file
with its header, uses itself so, but for those that are one idea. Ends with `N passed, N failed`.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIM = ROOT / "micropython-bindings"
# What all need, and so may have by way of another header.
COMMON = {SHIM / "shim.h", SHIM / "uasyncio_priority.h", SHIM / "requirements.h"} | {
    SHIM / "platform" / name for name in ("python.h", "builtin.h", "dynamic.h")
}
# One idea in eleven files: a task, when it is to be done, what it waits at, what is called, and how all of that is shown. docs/architecture.md says why.
WAITING = {
    "await",
    "callbacks",
    "deadline",
    "flag",
    "inspect",
    "lock",
    "queue",
    "sleep",
    "sync",
    "task",
    "when",
}
NAME = re.compile(r"\b(?:_?up|UP|mp_uasyncio_priority|MICROPY_UASYNCIO_PRIORITY)_\w+")


def code(file):
    """A file's text without comments."""
    return re.sub(r"//.*", "", file.read_text())


def includes(file):
    """Our headers that a file includes itself."""
    names = re.findall(r'^#include "(.*)"', file.read_text(), re.MULTILINE)
    files = [(file.parent / name).resolve() for name in names]
    return {header for header in files if header.is_relative_to(SHIM) and header.exists()}


def offers(header):
    """The names that a header declares: functions, objects, types, macros, constants; not what it only mentions."""
    text = code(header)
    found = re.findall(r"#define (\w+)", text)
    found += re.findall(r"^\s+(UP_\w+)(?: = \w+)?,? *$", text, re.MULTILINE)
    found += re.findall(r"^typedef struct _(\w+) \{", text, re.MULTILINE)
    found += re.findall(r"^extern (?:const )?\w+ (\w+);", text, re.MULTILINE)
    found += re.findall(r"^MP_DECLARE_\w+\((\w+)\)", text, re.MULTILINE)
    found += re.findall(
        r"^[a-z_].*?\b(\w+)\([^()]*(?:\([^()]*\))*[^()]*\)(?:;| \{)", text, re.MULTILINE
    )
    return {name for name in found if NAME.fullmatch(name) or name.startswith("mp_type_")}


def reads(file, header):
    """Whether a file reads members of a type whose name is common and whose members this header has."""
    text = code(file)
    for kind in re.findall(r"^struct _(\w+) \{", code(header), re.MULTILINE):
        for variable in set(re.findall(rf"\b{kind} \*(\w+)", text)):
            if f"{variable}->" in text:
                return True
    return False


def room(file):
    """The room that a file belongs to. What all need is nobody's."""
    if file in COMMON:
        return file.name
    name = file.stem if file.parent == SHIM else file.parent.name
    return "waiting" if name in WAITING else name


def circle(graph):
    """A way round from a node to itself, or nothing."""
    over = set()

    def walk(node, path):
        if node in path:
            return [*path[path.index(node) :], node]
        for behind in () if node in over else sorted(graph.get(node, ())):
            found = walk(behind, (*path, node))
            if found:
                return found
        over.add(node)
        return []

    return next(filter(None, (walk(node, ()) for node in sorted(graph))), [])


def own_header(file):
    """The header that a C file is to have."""
    folder = file.parent
    return folder / f"{folder.name}.h" if folder != SHIM else file.with_suffix(".h")


def problems_of(file, headers):
    """What is wrong with a C file's includes."""
    names = set(re.findall(r"\w+", code(file)))
    there = includes(file)
    own = own_header(file)
    if not own.exists():
        yield f"has no header {own.name}"
    elif own not in there:
        yield f"does not include its header {own.name}"
    for header, offered in headers.items():
        used = sorted(offered & names) or (["a member"] if reads(file, header) else [])
        if used and header not in there | COMMON:
            yield f"uses {', '.join(used)}, but does not include {header.name}"
        if not used and header in there - COMMON - {own}:
            yield f"includes {header.name} and uses nothing of it"


def main():
    """Check all, print the count, return the exit status."""
    graph = {header: includes(header) for header in sorted(SHIM.rglob("*.h"))}
    headers = {header: offers(header) for header in graph}
    bad = []
    found = circle(graph)
    if found:
        bad.append("a circle of includes: " + " -> ".join(header.name for header in found))
    sources = sorted(SHIM.rglob("*.c"))
    rooms = {}
    for file in [*graph, *sources]:
        rooms.setdefault(room(file), set()).update(set(map(room, includes(file))) - {room(file)})
    found = circle(rooms)
    if found:
        bad.append("a circle of rooms: " + " -> ".join(found))
    for file in sources:
        bad += [f"{file.relative_to(ROOT)} {what}" for what in problems_of(file, headers)]
    for problem in bad:
        print(problem)
    print(f"{len(sources) + 2 - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
