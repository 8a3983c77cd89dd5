#!/usr/bin/env python3
"""Run the code in the documents and in the stubs' doc comments: docs_code.py MICROPYTHON [FILE...]

A block of `python` is run as a file of its own in an empty folder, in virtual time (VIRTUAL), so that a busy machine changes
nothing; but in real time if it has to do with threads, timers or sockets. What it prints must be what the document says: the comment
lines at its end, or the block of `output` behind it; nothing if there is neither. `...` in there is any text, such as a
time. A block that cannot be run here has a line before it, `<!-- not run: why -->`. Blocks of `sh`, `c` and `text` are not
run, but for what `build/unix/micropython` runs in one of `sh`; make's verbs and the files that they name must be there. In the stubs (python/stubs) `asyncio` is imported already.

Links from one document to another must lead to a file, and to a heading of it. CONTRIBUTING.md's table of tests has each
group of tests/all.py. Ends with `N passed, N failed`.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))
import all as all_groups  # noqa: E402
import api  # noqa: E402

PATTERNS = ("*.md", "docs/**/*.md", "ports/**/*.md", "packaging/**/*.md", "playground/*.md")
NOT_RUN = {"sh", "c", "text", "make", "json", "ini"}
PRELUDE = "import asyncio_priority as asyncio\n"


class Block:
    """A fenced block: where it is, its language, its text, why it is not run, the output behind it."""

    def __init__(self, where, language, text, why=None):
        self.where, self.language, self.text, self.why = where, language, text, why
        self.output = None

    def expected(self):
        """What it should print."""
        if self.output is not None:
            return self.output
        lines = self.text.rstrip().split("\n")
        at = len(lines)
        while at and lines[at - 1].startswith("#"):
            at -= 1
        return "\n".join(line[2:] for line in lines[at:])


def blocks_of(text, name, first_line=1):
    """The blocks of a document. A literalinclude's file is a test's of its own."""
    found, why, open_block, last = [], None, None, None
    for number, line in enumerate(text.split("\n"), first_line):
        fence = re.match(r"( *)(`{3,})(.*)$", line)
        if open_block is not None:
            indent, ticks, block = open_block
            if line.strip() == ticks:
                open_block = None
                if block.language == "output" and last is not None:
                    last.output = block.text
                elif not block.language.startswith("{"):
                    found.append(block)
                last = block if block.language in ("python", "sh") else None
            else:
                block.text += line[len(indent) :] + "\n"
        elif fence:
            block = Block(f"{name}:{number}", fence.group(3).strip(), "", why)
            open_block = fence.group(1), fence.group(2), block
        elif line.strip():
            said = re.match(r"\s*<!-- not run: (.+) -->$", line)
            why, last = said and said.group(1), None
            continue
        if line.strip() and open_block is None:
            why = None
    if open_block is not None:
        found.append(Block(open_block[2].where, "", "", None))
    return found


def stub_blocks(path):
    """The blocks in a stub's doc comments."""
    found = []
    for module, name, doc in api.doc_comments(path):
        found += blocks_of(doc, f"{module}, {name}")
    for block in found:
        if block.language == "python":
            block.text = PRELUDE + block.text
    return found


def tidy(text):
    """Without what nobody sees: spaces at the ends of lines, in a row, and empty lines at the end."""
    lines = [re.sub(r" +", " ", line).rstrip() for line in text.split("\n")]
    return "\n".join(lines).strip()


def fits(expected, got):
    """Whether what was printed is what the document says."""
    pattern = ".*?".join(re.escape(part) for part in tidy(expected).split("..."))
    return re.fullmatch(pattern, tidy(got), re.S) is not None


# What the block is run behind: the loop's clock moves when the loop waits, and `time` goes by it. A look at it takes 1 ms,
# so that a program which waits by looking gets on.
VIRTUAL = """
import sys, time, uasyncio_priority
clock = uasyncio_priority._mock_clock
class Time:
    ticks_diff, ticks_add = time.ticks_diff, time.ticks_add
    def ticks_ms():
        clock(clock() + 1)
        return clock()
    def ticks_us():
        return Time.ticks_ms() * 1000
    def sleep_ms(ms):
        clock(clock() + ms)
    def sleep(s):
        Time.sleep_ms(int(s * 1000))
class Machine:  # as on a board
    lightsleep = Time.sleep_ms
clock(1000)
sys.modules["time"] = Time
sys.modules["machine"] = Machine
sys.path[0] = ""  # what it is called in tracebacks is main.py
del sys, time, uasyncio_priority
import main
"""
REAL = r"\b(pyb|_thread|to_thread|socket|virtual_time|open_connection|start_server|Datagram)\b"


def with_free_ports(text):
    """The text with other ports: those that it names may be somebody else's on this machine."""
    for port in set(re.findall(r'"127\.0\.0\.1", (\d+)', text)):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            text = text.replace(f'"127.0.0.1", {port}', f'"127.0.0.1", {found.getsockname()[1]}')
    return text


def run(micropython, block):
    """What a block prints, with its exit status if it is not 0."""
    with tempfile.TemporaryDirectory() as folder:
        real = re.search(REAL, block.text)
        (Path(folder) / "main.py").write_text(with_free_ports(block.text))
        (Path(folder) / "virtual.py").write_text(VIRTUAL)
        done = subprocess.run(
            [micropython, "main.py" if real else "virtual.py"],
            cwd=folder,
            env=dict(os.environ, MICROPYPATH=".frozen"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
    end = f"\nexit status {done.returncode}" if done.returncode else ""
    return done.stdout.decode(errors="backslashreplace").replace("\r\n", "\n") + end


def judge(micropython, block):
    """What is wrong with a block, or None; whether it was run."""
    if not block.language and not re.search(r"\b(import|await|async|print)\b", block.text):
        block.language = "text"
    if block.language in NOT_RUN:
        wrong = wrong_commands(block)
        here = [line for line in block.text.split("\n") if line.startswith(MICROPYTHON_HERE)]
        if wrong or not here:
            return wrong, False
        got = "".join(map(run_here, here))
        return None if fits(block.output or "", got) else f"it prints\n{got}", True
    if block.language != "python":
        return f"a block of {block.language or 'no language'}", False
    if block.why:
        return None, False
    try:
        got = run(micropython, block)
    except subprocess.TimeoutExpired:
        return "not done after 60 s", True
    if fits(block.expected(), got):
        return None, True
    return f"it says\n{block.expected()}\nand prints\n{got}", True


MICROPYTHON_HERE = "build/unix/micropython tests/"


def run_here(line):
    """What a command prints that a reader gives in the repository's folder; a scene that runs an example."""
    done = subprocess.run(
        line.split(),
        cwd=ROOT,
        env=dict(os.environ, MICROPYPATH=".frozen"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done.stdout + f"exit status {done.returncode}\n" * bool(done.returncode)


VERBS = set(
    re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text().replace("\\\n", " "), re.M)
)
VERBS = {verb for line in VERBS for verb in line.split()}
VERBS |= set(re.findall(r"^([\w-]+)[\w -]*:(?!=)", (ROOT / "Makefile").read_text(), re.M))


def wrong_commands(block):
    """A verb of make, or a script, that a shell block names and nobody has; what the compiler says to C."""
    if block.language == "c":
        return compile_c(block.text)
    if block.language != "sh":
        return None
    for line in block.text.split("\n"):
        verb = re.match(r"make (?!-)([\w-]+)(?!=)\b", line)
        if verb and verb.group(1) not in VERBS:
            return f"make has no {verb.group(1)}"
        script = re.match(r"python3 ((?:tools|tests|ports|benchmarks|docs)/\S+)", line)
        if script and not (ROOT / script.group(1)).exists():
            return f"there is no {script.group(1)}"
    return None


TREE = Path(os.environ.get("MPY_TREE", ROOT / "build/micropython"))
INCLUDED = ("micropython-bindings", "build/unix", "ports/unix")


def compile_c(text):
    """What the compiler says of C for MicroPython's unix port; None if nothing."""
    known = (ROOT / "build/unix/genhdr/qstrdefs.generated.h").read_text()
    new = {name for name in re.findall(r"\bMP_QSTR_\w+", text) if f"({name}," not in known}
    # What MicroPython's build finds by scanning the source: names, and root pointers.
    pointers = re.findall(r"MP_REGISTER_ROOT_POINTER\((\w+ \w+)\);", text)
    found = [f"#define {name} 1\n" for name in sorted(new)]
    found += ["#undef MP_STATE_PORT\n#define MP_STATE_PORT(name) name\n"]
    found += [f"extern {pointer};\n" for pointer in pointers]
    at = text.rindex("#include")
    at = text.index("\n", at) + 1
    done = subprocess.run(
        [
            *("gcc", "-std=gnu99", "-fsyntax-only", "-Wall", "-Werror", "-xc", "-"),
            "-DMICROPY_MODULE_BUILTIN_SUBPACKAGES=1",
            *(f"-I{folder}" for folder in (TREE, TREE / "ports/unix")),
            *(f"-I{ROOT / folder}" for folder in INCLUDED),
        ],
        input=text[:at] + "".join(found) + text[at:],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout if done.returncode else None


def slug(heading):
    """The anchor that GitHub and MyST make of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def without_code(text):
    """A document without its blocks and inline code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.S | re.M))


def anchors(path):
    """The anchors of a document."""
    text = re.sub(r"^ *```.*?^ *```$", "", path.read_text(), flags=re.S | re.M)
    found = {slug(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}
    return found | set(re.findall(r"^\(([\w-]+)\)=$", text, re.M))


def wrong_links(path, text):
    """Links of a document that lead nowhere, and how many links there are."""
    wrong, count = [], 0
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        if re.match(r"\w+:", link):
            continue
        count += 1
        name, _, anchor = link.partition("#")
        to = path.parent / name if name else path
        # What a script makes of the stubs is looked at by Sphinx.
        if to.name == "api.md" or "api" in to.parts[-2:-1]:
            continue
        if not to.exists():
            wrong.append(f"{link} is not there")
        elif anchor and to.suffix == ".md" and anchor not in anchors(to):
            wrong.append(f"{link}: no such heading")
    return wrong, count


# A document whose blocks have these verdicts: that the checks can fail.
SELF = """
```python
print(1 + 1)
# 2
```
```python
print(1 + 1)
# 3
```
```python
print("a ms")
```
```output
... ms
```
```python
print("silent?")
```
```python
raise SystemExit(3)
```
```sh
make no-such-verb
```
```c
#include "py/obj.h"
int x = no_such_thing;
```
```
a drawing
```
```
import no_language
```
<!-- not run: it needs a display -->
```python
import display
```
```python
import display
```
"""
VERDICTS = (True, False, True, False, False, False, False, True, False, True, False)


def groups_not_named():
    """The groups of tests/all.py that CONTRIBUTING.md's table of tests does not have; `...` of a name that ends in `_`."""
    table = re.search(r"\n\| test \|.*?\n\n", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    last = (row.strip(" |").rpartition(" | ")[2] for row in table[0].splitlines())
    named = {name for cell in last for name in re.findall(r"`(\w+)`", cell)}
    begins = tuple(name for name in named if name.endswith("_"))
    groups = [group.__name__ for group in all_groups.GROUPS]
    built = [name for name in groups if name.endswith("_firmware")]
    return [
        name for name in groups if name not in (*named, *built) and not name.startswith(begins)
    ]


def main():
    """Run all, print what is wrong and the counts, return the exit status."""
    if len(sys.argv) < 2:
        sys.exit(__doc__.splitlines()[0])
    micropython = os.path.abspath(sys.argv[1])
    named = [Path(name).resolve() for name in sys.argv[2:]]
    documents = named or sorted({path for p in PATTERNS for path in ROOT.glob(p)})
    stubs = [] if named else sorted((ROOT / "python/stubs").rglob("*.pyi"))
    blocks, passed, failures, links = [], 0, [], 0
    for path in documents:
        name = os.path.relpath(path, ROOT)
        if path.suffix == ".pyi":
            blocks += stub_blocks(path)
            continue
        text = path.read_text()
        blocks += blocks_of(text, name)
        wrong, count = wrong_links(path, text)
        failures += [f"{name}: {what}" for what in wrong]
        links += count
        passed += count - len(wrong)
    for path in stubs:
        blocks += stub_blocks(path)
    checks = blocks_of(SELF, "of this script")
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda block: judge(micropython, block), checks + blocks))
    mine = tuple(what is None for what, _ in verdicts[: len(checks)])
    if mine != VERDICTS:
        failures.append(f"this script judges its own document as {mine}")
    ran, idle = 0, {}
    for block, (what, was_run) in zip(blocks, verdicts[len(checks) :]):
        ran += was_run
        if what:
            failures.append(f"{block.where}: {what}")
        else:
            passed += 1
        if not was_run:
            why = block.why or f"a block of {block.language}"
            idle[why] = idle.get(why, 0) + 1
    if not named and (ran < 20 or links < 40):
        failures.append(f"only {ran} blocks and {links} links were found")
    if not named:
        failures += [
            f"CONTRIBUTING.md: no test of the table is in {name}" for name in groups_not_named()
        ]
    for text in failures:
        print("fail", text.replace("\n", "\n    "))
    print(f"{ran} blocks of code run; not run: {idle}; {links} links")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
