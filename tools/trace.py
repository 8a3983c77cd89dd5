#!/usr/bin/env python3
"""What a trace of the loop shows: trace.py DUMP [--json FILE] [--svg FILE] [--last MS]

DUMP is a file with what `loop.dump_trace()` printed: alone, or in the midst of a REPL's output, or of a serial log. `-` is the
standard input. `--mpremote` in its place has mpremote ask the board that is connected, without a reset: what runs there is
stopped. Arguments for mpremote may follow it, as `--mpremote connect /dev/ttyACM0`.

--json writes the trace-event format, for https://ui.perfetto.dev and chrome://tracing. --svg draws a timeline that needs no
viewer. Without either it prints who ran for how long, the longest step first.
"""

import argparse
import ast
import json
import re
import subprocess
import sys
from html import escape
from pathlib import Path

LEVELS = {"h": "high", "n": "normal", "l": "low", "o": "none"}
NAME = r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|-)"
TASK = re.compile(rf"@task ([0-9a-f]+) ([hnlo]) {NAME} (\S*) (.*)")
ENDED = re.compile(rf"@(\d+) ended ([0-9a-f]+) {NAME} (\S*) (.*)")
RECORD = re.compile(r"@(\d+) (\w+)(?: (.*))?")
HEAD = re.compile(r"@trace 1 now (\d+) written (\d+) lost (\d+) posts_lost (\d+)")
TURN = 1 << 32
PASSES = ("idle", "asked", "polled", "mail")
WAKES = ("woken", "created", "cancelled")
MPREMOTE = "import asyncio_priority; asyncio_priority.get_event_loop().dump_trace()"


class Bad(Exception):
    """The text is no dump, or not a whole one."""


class Task:
    """A task, or what is called that is none."""

    def __init__(self, name, level, where):
        self.name, self.level, self.where = name, level, where
        self.index = 0


class Trace:
    """What a dump says: events in the order of time, each a dict, and the tasks that they are about."""

    def __init__(self, text):
        text = text[text.rfind("@trace ") :] if "@trace " in text else ""
        lines = [line.strip() for line in text.splitlines()]
        head = HEAD.fullmatch(lines[0]) if lines else None
        if not head:
            raise Bad(
                "no dump of version 1 in it: what loop.dump_trace() prints begins with @trace"
            )
        ends = [i for i, line in enumerate(lines) if line.startswith("@end ")]
        if not ends:
            raise Bad("the dump has no end: it was cut off")
        now, self.written, self.lost, self.posts_lost = map(int, head.groups())
        body = [line for line in lines[1 : ends[0]] if line.startswith("@")]
        living = {m[1]: m for m in map(TASK.fullmatch, body) if m}
        records = [line for line in body if not line.startswith("@task ")]
        if len(records) != int(lines[ends[0]].split()[1]):
            raise Bad(f"{len(records)} records of {lines[ends[0]].split()[1]} are there")
        self.tasks, self.events = [], []
        self._read(records, now)
        self._name(living)
        for index, task in enumerate(self.tasks):
            task.index = index

    def _read(self, records, now):
        """Reads the records, from the last one back, as the clock wraps: how far each is from the end is known."""
        at, later = 0, now
        times = []
        for line in reversed(records):
            time = int(RECORD.fullmatch(line)[1])
            step = (later - time + TURN // 2) % TURN - TURN // 2
            at, later = at - step, time
            times.append(at)
        for line, at in zip(records, reversed(times)):
            self.events.append(self._event(line, at))
        begin = min((event["at"] for event in self.events), default=0)
        for event in self.events:
            event["at"] -= begin
        self.us = -begin

    def _event(self, line, at):
        """One record."""
        _, what, rest = RECORD.fullmatch(line).groups()
        event = {"at": at, "what": what}
        if what in PASSES:
            event["us"] = int(rest)
        elif what == "ended":
            m = ENDED.fullmatch(line)
            event.update(id=m[2], name=name_of(m[3], m[4]), where=m[5])
        elif what in WAKES:
            who, level, by, *more = rest.split(" ", 4)
            event.update(id=who, level=level, by=by)
            if more:
                event.update(name=more[0], where=more[1])
        elif what == "call":
            who, level, late, us, name, where = rest.split(" ", 5)
            event.update(id=who, level=level, late=int(late), us=int(us), name=name, where=where)
        elif what == "run":
            who, level, late, us, state, where = rest.split(" ", 5)
            event.update(id=who, level=level, late=int(late), us=int(us), state=state, where=where)
        elif what not in ("posted", "gc", "new_loop"):
            raise Bad(f"unknown record: {line}")
        return event

    def _name(self, living):
        """Says whose each event is. A number is of another task behind an end, and behind a beginning."""
        tasks = {}
        for event in reversed(self.events):
            who = event.get("id")
            if who is None:
                continue
            if event["what"] == "call":
                event["task"] = self._called(event)
                continue
            if event["what"] == "ended":
                tasks[who] = self._new(event["name"], None, event["where"])
            elif who not in tasks:
                m = living.get(who)
                if m:
                    tasks[who] = self._new(name_of(m[3], m[4]), LEVELS[m[2]], m[5])
                else:  # it was collected while it waited
                    tasks[who] = self._new(None, None, "-")
            task = tasks[who]
            event["task"] = task
            if "level" in event:
                task.level = task.level or LEVELS[event["level"][1]]
            if event["what"] == "created":
                task.name = task.name or event["name"]
                task.where = event["where"] if task.where == "-" else task.where
                living.pop(who, None)
                del tasks[who]
        for task in self.tasks:
            task.name = task.name or "collected"
            task.level = task.level or "normal"
        self.tasks.reverse()
        # Who woke: the step or call of that number, which is noted before those who were woken.
        last = None
        for event in self.events:
            if event["what"] in ("run", "call"):
                last = event
            elif event["what"] in WAKES and last and last["id"] == event["by"]:
                event["waker"] = last["task"]

    def _new(self, name, level, where):
        task = Task(name, level, where)
        self.tasks.append(task)
        return task

    def _called(self, event):
        """All calls of one function are a row."""
        name = event["name"] + "()"
        for task in self.tasks:
            if (task.name, task.where) == (name, event["where"]):
                return task
        return self._new(name, LEVELS[event["level"][0]], event["where"])

    def steps(self):
        """The events that are somebody's turn."""
        return [event for event in self.events if event["what"] in ("run", "call")]


def name_of(text, function):
    """A name as it was given, else the function's."""
    return function if text == "-" else ast.literal_eval(text)


# -- the trace-event format


def labels(trace):
    """{task: its name, with a number where several have the same}."""
    names = [task.name for task in trace.tasks]
    seen, found = {}, {}
    for task in trace.tasks:
        n = seen[task.name] = seen.get(task.name, 0) + 1
        found[task] = f"{task.name} #{n}" if names.count(task.name) > 1 else task.name
    return found


def events_of(trace):
    """The trace as a dict for Chrome's and Perfetto's viewers."""
    names = labels(trace)
    order = sorted(
        trace.tasks, key=lambda task: (list(LEVELS.values()).index(task.level), task.index)
    )
    thread = {task: n for n, task in enumerate(order, 2)}
    out = [{"ph": "M", "pid": 1, "tid": 0, "name": "process_name", "args": {"name": "loop"}}]
    for tid, name in (
        (1, "the loop"),
        *((thread[task], f"{names[task]} ({task.level})") for task in order),
    ):
        out.append(
            {"ph": "M", "pid": 1, "tid": tid, "name": "thread_name", "args": {"name": name}}
        )
        out.append(
            {
                "ph": "M",
                "pid": 1,
                "tid": tid,
                "name": "thread_sort_index",
                "args": {"sort_index": tid},
            }
        )
    for number, event in enumerate(trace.events):
        what, at = event["what"], event["at"]
        common = {
            "pid": 1,
            "tid": thread[event["task"]] if "task" in event else 1,
            "ts": at,
            "cat": "loop",
        }
        if what in PASSES and what != "mail":
            out.append({**common, "ph": "X", "name": what, "dur": event["us"]})
        elif what in ("run", "call"):
            args = {key: event[key] for key in ("state", "late", "where") if key in event}
            args["level"] = LEVELS[event["level"][0]]
            out.append(
                {
                    **common,
                    "ph": "X",
                    "name": names[event["task"]],
                    "dur": event["us"],
                    "args": args,
                }
            )
        elif what in WAKES:
            args = {"by": names[event["waker"]] if "waker" in event else event["by"]}
            out.append({**common, "ph": "i", "s": "t", "name": what, "args": args})
            if "waker" in event:
                flow = {**common, "name": "wakes", "id": number}
                out.append({**flow, "ph": "s", "tid": thread[event["waker"]]})
                out.append({**flow, "ph": "f", "bp": "e"})
        else:
            out.append({**common, "ph": "i", "s": "t" if "task" in event else "p", "name": what})
    about = {"records_lost": trace.lost, "posts_lost": trace.posts_lost}
    return {"traceEvents": out, "displayTimeUnit": "ms", "otherData": about}


# -- the picture

FILL = {"high": "#c2410c", "normal": "#2563a8", "low": "#4d7c3a", "none": "#777"}
LEFT, WIDTH, ROW, TOP = 190, 760, 22, 64
SLOWEST = 3  # steps that are named


def scale(us):
    """A round distance of the lines of time, of which there are 5 to 12."""
    distance = 1
    while us / distance > 12:
        distance *= 2.5 if str(distance)[0] == "2" else 2
    return max(1, int(distance))


def time_text(us):
    """A time, shortly."""
    return f"{us / 1000:g} ms" if us >= 1000 or us == 0 else f"{us:g} us"


def svg(trace, last_ms=None):
    """The timeline as text of an SVG."""
    end = max([event["at"] + event.get("us", 0) for event in trace.events] or [1]) or 1
    begin = max(0, end - last_ms * 1000) if last_ms else 0
    span = max(1, end - begin)
    names = labels(trace)
    here = [e for e in trace.events if e["at"] + e.get("us", 0) >= begin]
    shown = {event["task"] for event in here if "task" in event}
    rows = [task for task in trace.tasks if task in shown]
    rows.sort(key=lambda task: (list(LEVELS.values()).index(task.level), task.index))
    slow = sorted((e for e in here if e["what"] in ("run", "call")), key=lambda e: -e["us"])
    slow = [event for event in slow[:SLOWEST] if event["us"] > max(span / 100, slow[0]["us"] / 5)]
    y, top = {}, TOP
    levels = []
    for task in rows:
        if not levels or levels[-1][0] != task.level:
            levels.append((task.level, top))
            top += 18
        y[task] = top
        top += ROW
    loop_y = top + 8
    height = loop_y + ROW + 20 + 16 * len(slow) + 12

    def x(at):
        return LEFT + WIDTH * (at - begin) / span

    def text(where, line, words, more=""):
        out.append(f'<text x="{where:.1f}" y="{line:.1f}"{more}>{escape(words)}</text>')

    def box(event, line, tall, fill):
        left = max(begin, event["at"])
        width = max(0.7, WIDTH * (event["at"] + event["us"] - left) / span)
        said = f"{event['what']} {time_text(event['us'])}"
        if "task" in event:
            said = f"{names[event['task']]}: {time_text(event['us'])}, {event['where']}"
            said += f", then {event['state']}" if "state" in event else ""
        out.append(
            f'<rect x="{x(left):.1f}" y="{line:.1f}" width="{width:.1f}" height="{tall}" fill="{fill}">'
            f"<title>{escape(said)}</title></rect>"
        )

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{LEFT + WIDTH + 20}" height="{height}" fill="#fff"/>',
    ]
    text(
        10,
        18,
        f"{len(rows)} tasks and callbacks, {time_text(round(span, -3) if span > 10000 else span)}",
        ' font-size="13" fill="#222"',
    )
    legend = "block: a step · dot: woken · ring: began to live · cross: cancelled · grey: the loop waits"
    text(10, 34, legend, ' fill="#666"')
    if trace.lost or trace.posts_lost:
        said = f"{trace.lost} older records were lost, and {trace.posts_lost} times of interrupts"
        text(LEFT + WIDTH, 18, said, ' text-anchor="end" fill="#b00"')
    step = scale(span)
    for n in range(span // step + 1):
        at = x(begin + n * step)
        out.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 8}" y2="{loop_y + ROW}" stroke="#e4e4e4"/>'
        )
        text(at, TOP - 12, time_text(n * step), ' text-anchor="middle" fill="#666"')
    for level, line in levels:
        text(10, line + 12, level, f' font-weight="bold" fill="{FILL[level]}"')
    for task, line in y.items():
        out.append(
            f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{line + ROW - 6}" y2="{line + ROW - 6}" stroke="#ddd"/>'
        )
        label = names[task] if len(names[task]) < 28 else names[task][:26] + "…"
        out.append(
            f'<text x="18" y="{line + 13}" fill="#222">{escape(label)}<title>{escape(task.where)}</title></text>'
        )
    text(18, loop_y + 13, "the loop", ' fill="#666"')
    for event in here:
        what = event["what"]
        if what == "idle":
            box(event, loop_y + 3, 12, "#dcdcdc")
        elif what in ("asked", "polled"):
            box(event, loop_y + 3, 12, "#8a8a8a")
        elif what in ("run", "call"):
            box(event, y[event["task"]] + 2, 14, FILL[LEVELS[event["level"][0]]])
    for event in here:
        what = event["what"]
        if event["at"] < begin:
            continue
        at, line = x(event["at"]), y[event["task"]] + 9 if "task" in event else loop_y + 9
        if what in ("woken", "created"):
            fill = "#fff" if what == "created" else "#111"
            by = names[event["waker"]] if "waker" in event else event["by"]
            out.append(
                f'<circle cx="{at:.1f}" cy="{line + 9}" r="2.2" fill="{fill}" stroke="#111">'
                f"<title>{escape(what)} by {escape(by)}</title></circle>"
            )
        elif what == "cancelled":
            out.append(
                f'<path d="M{at - 3:.1f} {line + 6}l6 6m0 -6l-6 6" stroke="#b00" stroke-width="1.5"/>'
            )
        elif what in ("posted", "gc"):
            fill = "#b45309" if what == "posted" else "#7c3aed"
            out.append(
                f'<path d="M{at:.1f} {loop_y + 1}l3 -6h-6z" fill="{fill}"><title>{what}</title></path>'
            )
    line = loop_y + ROW + 20
    for n, event in enumerate(slow, 1):
        at = x(max(begin, event["at"]) + event["us"] / 2)
        text(
            at,
            y[event["task"]] + 13,
            str(n),
            ' text-anchor="middle" fill="#fff" font-weight="bold"',
        )
        said = f"{n}. {names[event['task']]} took {time_text(event['us'])}, resumed at {event['where']}"
        text(18, line + 16 * (n - 1), said, ' fill="#222"')
    out.append("</svg>")
    return "\n".join(out) + "\n"


def table(trace):
    """Who ran for how long, and the longest step with its line."""
    rows = {}
    for event in trace.steps():
        row = rows.setdefault(event["task"], [0, 0, None])
        row[0] += 1
        row[1] += event["us"]
        if row[2] is None or event["us"] > row[2]["us"]:
            row[2] = event
    names = labels(trace)
    yield f"{len(trace.events)} records, {trace.us / 1000:.1f} ms; lost: {trace.lost}, times of interrupts: {trace.posts_lost}"
    yield f"{'':24} {'steps':>6} {'us':>9} {'longest':>9}"
    for task, (steps, us, longest) in sorted(rows.items(), key=lambda row: -row[1][2]["us"]):
        yield f"{names[task]:24} {steps:6} {us:9} {longest['us']:9}  {longest['where']}"


def main():
    """Reads, writes what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dump", nargs="?", help="a file, or -")
    parser.add_argument("--json", metavar="FILE", help="write the trace-event format")
    parser.add_argument("--svg", metavar="FILE", help="draw a timeline")
    parser.add_argument(
        "--last", metavar="MS", type=int, help="of the picture: only the last MS ms"
    )
    parser.add_argument("--mpremote", nargs=argparse.REMAINDER, help="ask a board by mpremote")
    args = parser.parse_args()
    if args.mpremote is not None:
        argv = ["mpremote", *args.mpremote, "resume", "exec", MPREMOTE]
        text = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout
    elif args.dump == "-":
        text = sys.stdin.read()
    elif args.dump:
        text = Path(args.dump).read_text(errors="replace")
    else:
        parser.error("a dump, or --mpremote")
    try:
        trace = Trace(text)
    except Bad as error:
        sys.exit(f"{args.dump or 'mpremote'}: {error}")
    if args.json:
        Path(args.json).write_text(json.dumps(events_of(trace), indent=1) + "\n")
    if args.svg:
        Path(args.svg).write_text(svg(trace, args.last))
    if not args.json and not args.svg:
        print("\n".join(table(trace)))


if __name__ == "__main__":
    main()
