#!/usr/bin/env python3
"""What the trace says is what happened, and tools/trace.py shows it: traces.py COMMAND...

COMMAND is a firmware on which a script runs: a program, or "ports/qemu/run.py BOARD". On unix: the trace of benchmarks/priority.py
fits the trace-event format, its records add up to what statistics count, and a full ring says what it lost. Everywhere: of 30
tasks the one that blocks is named, with its line, by top(), by the report of the slow step and by the trace and its picture.
Ends with `N passed, N failed`.
"""

import collections
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
HERE = Path("tests/trace")
sys.path.insert(0, str(ROOT / "tools"))

import trace as tool  # noqa: E402

# Of the trace-event format: what an event of each phase must have, and of which type, and what it may have.
NUMBER = (int, float)
COMMON = {"ph": str, "name": str, "pid": int, "tid": int}
TIMED = {**COMMON, "ts": NUMBER, "cat": str}
MUST = {
    "M": {**COMMON, "args": dict},
    "X": {**TIMED, "dur": NUMBER},
    "i": {**TIMED, "s": str},
    "s": {**TIMED, "id": int},
    "f": {**TIMED, "id": int, "bp": str},
}
MAY = {"X": {"args": dict}, "i": {"args": dict}}
META = {"process_name": "name", "thread_name": "name", "thread_sort_index": "sort_index"}


def problems(document):
    """What is not as the trace-event format says."""
    if not isinstance(document.get("traceEvents"), list) or document.get(
        "displayTimeUnit"
    ) not in ("ms", "ns"):
        yield "no list of events, or no unit"
        return
    threads, starts, ends = set(), [], []
    for event in document["traceEvents"]:
        must = MUST.get(event.get("ph"))
        if must is None:
            yield f"unknown phase: {event}"
            continue
        fields = {
            **must,
            **{key: kind for key, kind in MAY.get(event["ph"], {}).items() if key in event},
        }
        if set(fields) != set(event) or not all(
            isinstance(event[key], kind) for key, kind in fields.items()
        ):
            yield f"wrong fields: {event}"
        elif event["ph"] == "M":
            if META.get(event["name"]) not in event["args"]:
                yield f"wrong metadata: {event}"
            threads.add(event["tid"])
        elif event["ts"] < 0 or event.get("dur", 0) < 0 or event["tid"] not in threads:
            yield f"before the beginning, or nobody's: {event}"
        elif event["ph"] == "i" and event["s"] not in "gpt":
            yield f"wrong scope: {event}"
        starts += [event["id"]] if event["ph"] == "s" else []
        ends += [event["id"]] if event["ph"] == "f" else []
    if starts != ends or len(set(starts)) != len(starts):
        yield "flows that do not end, or begin twice"


def overlaps(document):
    """Blocks of one row that overlap."""
    by_row = collections.defaultdict(list)
    for event in document["traceEvents"]:
        if event["ph"] == "X":
            by_row[event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for blocks in by_row.values():
        blocks.sort()
        yield from (two for two in zip(blocks, blocks[1:]) if two[1][0] < two[0][1])


def run(command, script, *args):
    """What it prints."""
    argv = [*command, *map(str, (script, *args))]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=300)
    text = done.stdout.replace("\r\n", "\n")
    if done.returncode or "Traceback" in text + done.stderr:
        sys.exit(f"{' '.join(argv)}\n{text[-2000:]}{done.stderr}\n0 passed, 1 failed")
    return text


class Checks:
    """Counts what holds."""

    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, good, what):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print("FAIL", what)


def priority(check, command):
    """The trace of benchmarks/priority.py."""
    text = run(command, HERE / "priority.py", 20000)
    trace = tool.Trace(text)
    check(
        trace.lost == 0 and trace.posts_lost == 0, "nothing is lost in a ring that is long enough"
    )
    document = tool.events_of(trace)
    wrong = list(problems(document))
    check(not wrong, f"the trace-event format: {wrong[:3]}")
    check(not list(overlaps(document)), "no task runs twice at a time")
    check(json.loads(json.dumps(document)) == document, "it is JSON")
    counted = collections.Counter()
    for line in text.splitlines():
        if line.startswith("counted "):
            _, name, steps, us, longest = line.split()
            counted[name, int(steps), int(us), int(longest)] += 1
    noted = {}
    for event in trace.steps():
        steps = noted.setdefault(event["task"], [])
        steps.append(event["us"])
    noted = collections.Counter((t.name, len(us), sum(us), max(us)) for t, us in noted.items())
    check(sum(counted.values()) == 6, f"six tasks live: {counted}")
    check(not counted - noted, f"counted {counted - noted}, noted {noted - counted}")
    answers = [e for e in trace.events if e["what"] == "woken" and e["by"] == "condition"]
    answered = int(text.split("Urgent coros: ")[1].split()[0])
    check(len(answers) == answered > 38, f"{answered} answers, woken {len(answers)} times")
    check(all(e["level"] == "hn" for e in answers), "each at high")
    check(
        len([e for e in trace.events if e["what"] == "created"]) == 7,
        "six tasks are made by a seventh",
    )
    for length in (16, 100, 1000):
        short = tool.Trace(run(command, HERE / "priority.py", length))
        check(short.written == trace.written, "as much is written into a short ring")
        check(short.lost == trace.written - length, f"a ring of {length} says what it lost")
        kept = [(e["what"], e.get("us"), e.get("state")) for e in short.events]
        last = [(e["what"], e.get("us"), e.get("state")) for e in trace.events[-length:]]
        check(kept == last, f"a ring of {length} has the last ones")
        check(not list(problems(tool.events_of(short))), "of them too the format is right")


def blocker(check, command):
    """The one that blocks among 30 tasks."""
    text = run(command, HERE / "blocker.py")
    source = (ROOT / HERE / "blocker.py").read_text().splitlines()
    line = 1 + next(i for i, words in enumerate(source) if "sleep_ms(20)" in words)
    where = f"blocker.py:{line}"
    table = [words for words in text.splitlines() if words.startswith("sensor ")]
    check(
        len(table) == 1 and "50000" in table[0] and f"{where}-" in table[0],
        f"top() names it: {table}",
    )
    slow = [words for words in text.splitlines() if words.startswith("A step took")]
    check(
        len(slow) == 1 and "50 ms" in slow[0] and where in slow[0], f"so does the report: {slow}"
    )
    check(slow[0].endswith(" by sensor"), slow[0])
    trace = tool.Trace(text)
    longest = max(trace.steps(), key=lambda event: event["us"])
    check(longest["us"] == 50000 and longest["task"].name == "sensor", "so does the trace")
    check(longest["where"].endswith(where), longest["where"])
    check(len([t for t in trace.tasks if t.name.startswith("worker")]) == 29, "29 others")
    first = list(tool.table(trace))[2]
    check(first.startswith("sensor ") and first.endswith(where), f"so does the table: {first}")
    with tempfile.TemporaryDirectory() as folder:
        dump, picture, events = (Path(folder) / name for name in ("dump", "a.svg", "a.json"))
        dump.write_text("MPY: soft reboot\n" + text + ">>> ")
        argv = [sys.executable, ROOT / "tools/trace.py", dump, "--svg", picture, "--json", events]
        subprocess.run(argv, check=True)
        words = [e.text for e in ElementTree.parse(picture).iter() if e.tag.endswith("text")]
        said = [w for w in words if w.startswith("1. sensor took 50 ms") and w.endswith(where)]
        check(len(said) == 1, "so does the picture")
        kept = (ROOT / "docs/trace.svg").read_text()
        check(picture.read_text() == kept, "docs/trace.svg is another picture: make trace-picture")
        check(not list(problems(json.loads(events.read_text()))), "the file is right")
        for cut in (
            dump.read_text().replace("@end", "@"),
            "@trace 2",
            text.replace("@end ", "@1 gc\n@end "),
        ):
            dump.write_text(cut)
            done = subprocess.run(argv[:3], capture_output=True, text=True)
            check(
                done.returncode == 1 and "Traceback" not in done.stderr, "what is no dump is said"
            )


def main():
    """All of it."""
    check = Checks()
    command = sys.argv[1].split() if " " in sys.argv[1] else [sys.argv[1]]
    if len(command) == 1:
        priority(check, command)
    else:
        command.insert(0, sys.executable)
    blocker(check, command)
    print(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
