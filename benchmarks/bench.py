#!/usr/bin/env python3
"""What our loop costs beside stock asyncio, uasyncio V2 and the bound, on unix and on the boards in QEMU.

    make bench                                     all of it; makes docs/performance.json, .md and docs/cost.svg anew
    make bench BOARD=cortex-m4f                    one machine, only printed. Likewise WORKLOAD=, LOOP=, N=
    make bench LOOP=ours DOCS=1                    the documents too, with what else was measured before
    make bench BOARD=unix LOOP=ours WORKLOAD=join N=100 PROFILE=25     the 25 functions in which the instructions go

A step's instructions and bytes are counted by counting.py, the workloads are in steps.py, RAM is measured by ram.py, flash
by ports/size.py. The bound is a loop in C that resumes the same coroutines on natives that do nothing (ports/bound.c, bench.c).
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import counting
from counting import BOARDS, ROOT, UNIX, WORK, Failed, NoRoom

WHERE = (UNIX, *BOARDS)
LOOPS = ("ours", "stock", "v2", "bound")
TASKS = (1, 10, 100, 1000)
TASKS_UNIX = (*TASKS, 10000)
MANY = 10000  # with so many, loops in Python take minutes for each of the other workloads
RESUMED = ("bare_yield", "count_yield", "count_sleep_ms_0")  # with so many too
FEW_WITH_MANY = ("sleep_ms_0", "timers", "collect")
TREE = Path(os.environ.get("MPY_TREE", ROOT / "build/micropython"))
FIGURES = ROOT / "docs/performance.json"


@dataclass(frozen=True)
class Workload:
    """A workload of steps.py, and which loops cannot do it."""

    name: str
    step: str  # what a step is
    without: dict = field(default_factory=dict)  # loop: why
    where: tuple = WHERE
    at_least: int = 1  # tasks
    bound: bool = True  # whether the bound says something


NO_WHEN = {"stock": "has no conditions: a task polls", "v2": "has no conditions: a task polls"}
NO_SIGHT = {"stock": "counts nothing", "v2": "counts nothing"}
NO_EVENT = {"v2": "has no Event"}
WORKLOADS = (
    Workload(
        "bare_yield",
        "`yield`, by N tasks",
        {"stock": "loses a task that says only `yield`"},
    ),
    Workload("sleep_ms_0", "`await sleep_ms(0)`, by N tasks"),
    Workload(
        "count_yield",
        "`count += 1`, then `yield`; the bound stands by for exceptions, as any loop must",
        {"stock": "loses a task that says only `yield`"},
    ),
    Workload("count_sleep_ms_0", "`count += 1`, then `await asyncio.sleep_ms(0)`; likewise"),
    Workload(
        "timers",
        "`await sleep_ms(0.6 N ... 1.2 N)`, by N tasks, each step 1 ms of the clock",
        at_least=10,
    ),
    Workload(
        "after_ms_0",
        "`await after_ms(0)`, by N tasks",
        {"stock": "has no levels", "v2": "has no levels"},
        bound=False,
    ),
    Workload("when_1_false", "`await sleep_ms(0)`, by N tasks beside a condition that is false"),
    Workload("when_4_false", "the same beside 4 conditions that are false"),
    Workload("when_1_native", "beside one that is false, a method in C", NO_WHEN),
    Workload("when_4_native", "beside 4 such", NO_WHEN),
    Workload("when_1_true", "`await when(yes)`, beside N tasks that sleep", NO_WHEN, bound=False),
    Workload("when_4_true", "the same by 4 tasks in turn", NO_WHEN, bound=False),
    Workload("event", "one of two tasks wakes the other, beside N that sleep", NO_EVENT),
    Workload(
        "event_set", "`await event.wait()`, of one that is set, beside N that sleep", NO_EVENT
    ),
    Workload("wait_for", "the same in `wait_for_ms(..., 1000)`", NO_EVENT),
    Workload(
        "wait_for_woken",
        "the same, and another task sets the event when it is waited for: both tasks' steps",
        NO_EVENT,
    ),
    Workload(
        "timeout",
        "`async with timeout_ms(1000)` around the wait of `event_set`, beside N that sleep",
        {"stock": "has no timeout()", "v2": "has no timeout()"},
    ),
    Workload(
        "queue",
        "an item through a `Queue(4)`, beside N that sleep; stock has none: one in Python on its Event",
        {"v2": "its Queue sleeps 100 ms and looks again"},
    ),
    Workload(
        "lock",
        "one of two tasks hands a lock to the other, beside N that sleep",
        {"v2 on a board": "left out"},
    ),
    Workload(
        "join",
        "create a task, run it, join it, beside N that sleep",
        {"v2": "cannot join"},
    ),
    Workload(
        "gather",
        "`gather()` three coroutines that end at once, beside N that sleep",
        {"v2": "has no gather()"},
    ),
    Workload(
        "taskgroup",
        "a `TaskGroup` of three such, beside N that sleep",
        {"stock": "has no groups", "v2": "has no groups"},
    ),
    Workload(
        "cancel",
        "cancel a task that sleeps and sleeps again, beside N that sleep",
        {"v2": "cancels a coroutine when its delay is over"},
    ),
    Workload(
        "idle_stream",
        "`await sleep_ms(0)`, by N tasks beside one that waits for a stream",
        {"v2 on a board": "its streams are sockets"},
        bound=False,
    ),
    Workload(
        "idle_flag",
        "`await sleep_ms(0)`, by N tasks beside one that waits for a ThreadSafeFlag",
        {"v2": "has no ThreadSafeFlag"},
        bound=False,
    ),
    Workload(
        "stats_on",
        "`await sleep_ms(0)`, by N tasks, with `loop.stats(True)`",
        NO_SIGHT,
        where=(UNIX, "cortex-m4f"),
        bound=False,
    ),
    Workload(
        "trace_on",
        "`await sleep_ms(0)`, by N tasks, with `loop.trace(64)`",
        NO_SIGHT,
        where=(UNIX, "cortex-m4f"),
        bound=False,
    ),
    Workload(
        "collect", "`gc.collect()`, beside N tasks that sleep", {"v2": "left out"}, bound=False
    ),
    Workload(
        "echo",
        "32 bytes to a server and back, by `readexactly(32)`, beside N tasks that sleep",
        where=(UNIX,),
    ),
    Workload(
        "lines",
        "a line of 32 bytes to a server and back, by `readline()`, beside N tasks that sleep",
        {"v2": "left out"},
        where=(UNIX,),
    ),
)
BY_NAME = {workload.name: workload for workload in WORKLOADS}

# Counted once more with the allocator and the collections in.
PAID = ("sleep_ms_0", "event", "lock", "queue", "join", "gather", "wait_for")
WITH_PAID = (UNIX, "cortex-m4f")
N = 100

RAM_KINDS = {
    "sleeping": (),
    "event": ("v2",),
    "lock": ("v2",),
    "queue": ("v2", "stock"),
    "when": ("v2", "stock"),
    "stream": ("v2",),
    "joined": ("v2",),
    "hundred": ("v2",),
}


def can(where, loop, workload):
    """Whether there is something to count."""
    if loop == "bound":
        return workload.bound and where in workload.where
    names = {loop} if where == UNIX else {loop, f"{loop} on a board"}
    return where in workload.where and not names & set(workload.without)


def steps(where, loops=LOOPS, workloads=BY_NAME, tasks=None):
    """What to count there: (where, loop, workload, N)."""
    return [
        (where, loop, name, n)
        for name in workloads
        for n in tasks or (TASKS_UNIX if where == UNIX else TASKS)
        for loop in loops
        if n >= BY_NAME[name].at_least
        and can(where, loop, BY_NAME[name])
        and (
            n < MANY
            or loop == "ours"
            or name in FEW_WITH_MANY
            or (loop == "bound" and name in RESUMED)
        )
    ]


def count(key):
    """[instructions, bytes] of a step, or why there are none."""
    try:
        instructions, heap = counting.cost(*key)
        return [round(instructions, 1), round(heap, 1)]
    except NoRoom:
        return "no room"
    except Failed as failed:
        return f"failed: {failed}"


def ram(key):
    """Bytes of a waiting task of ours or stock's, of a hundred and the loop, or [at the start, with everything touched]."""
    where, loop, kind = key
    if where == UNIX:
        argv, env = counting.alone(), counting.ENVIRONMENT
    else:
        argv, env = [sys.executable, counting.RUN, where], None
    said = counting.run([*argv, "benchmarks/ram.py", loop, kind], env).split()
    return [int(word) for word in said] if kind == "start" else float(said[0])


def maybe(measured):
    """A function's figure, or why there is none."""
    try:
        return round(measured(), 1)
    except Failed as failed:
        return f"failed: {failed}"


def more(args, pool, figures):
    """What users pay, an idle loop, how late a task is beside garbage, a web server: ours and stock's."""
    loops = [loop for loop in ("ours", "stock") if loop in args.loop]
    jobs = [
        (("paid", where, name, loop), partial(counting.paid, where, loop, name, N))
        for where in WITH_PAID
        for name in PAID
        for loop in loops
    ]
    jobs += [
        (("idle", where, f"N = {n}", loop), partial(counting.idle, where, loop, n))
        for where in BOARDS
        for n in (1, N)
        for loop in loops
    ]
    jobs += [
        (("idle", UNIX, "system calls", loop), partial(counting.system_calls, loop, N))
        for loop in loops
    ]
    jobs += [
        (("requests", UNIX, "microdot", loop), partial(counting.requests, loop)) for loop in loops
    ]
    jobs = [job for job in jobs if job[0][1] in args.board]
    for (kind, where, name, loop), figure in zip(
        (key for key, _ in jobs), pool.map(maybe, (measured for _, measured in jobs))
    ):
        figures[kind].setdefault(where, {}).setdefault(name, {})[loop] = figure
        print(f"{where:11} {kind + ' ' + name:22} {loop:6} {figure}", flush=True)
    for where in WITH_PAID[1:]:
        for loop in ("gc_idle", *loops) if where in args.board else ():
            late = counting.lateness(where, loop)
            figures["garbage"].setdefault(where, {}).setdefault("late", {})[loop] = late
            print(f"{where:11} {'late beside garbage':22} {loop:6}", *late, flush=True)


def flash(where):
    """Bytes of flash of ours and of stock's, by ports/size.py."""
    argv = [sys.executable, "ports/size.py", "table", TREE, "--target", where]
    said = counting.run(argv, timeout=1800)
    found = re.findall(r"^  (ours|MicroPython's), flash (\d+)", said, re.MULTILINE)
    return {"stock" if whose != "ours" else whose: int(n) for whose, n in found}


def show(key, figure):
    """Print a figure as soon as it is there."""
    text = figure if isinstance(figure, str) else "{:10.1f} {:8.1f}".format(*figure)
    print("{:11} {:13} {:6} {:6} {}".format(key[0], key[2], key[3], key[1], text), flush=True)


def profile(args, pool):
    """Where the instructions of a step go, on unix."""
    keys = [key for where in args.board for key in steps(where, args.loop, args.workload, args.n)]
    keys = [key for key in keys if key[0] == UNIX]
    found = pool.map(lambda key: counting.on_unix(counting.arguments(*key[1:])), keys)
    for key, (number, _, functions) in zip(keys, found):
        print("{0} {2}, N = {3}: {1}".format(*key))
        for name, instructions in functions.most_common(args.profile):
            print(f"{instructions / number:10.1f}  {name}")


def measure(args, pool, figures):
    """Count all that is asked for, and put it into the figures."""
    keys = [key for where in args.board for key in steps(where, args.loop, args.workload, args.n)]
    print(f"{'':11} {'workload':13} {'N':>6} {'loop':6} {'instructions':>10} {'bytes':>6}, a step")
    for key, figure in zip(keys, pool.map(count, keys)):
        show(key, figure)
        where, loop, name, n = key
        of_workload = figures["steps"].setdefault(where, {}).setdefault(name, {})
        of_workload.setdefault(loop, {})[str(n)] = figure
    if args.some:
        return
    keys = [
        (where, loop, kind)
        for where in args.board
        for kind, without in {**RAM_KINDS, "start": ("v2",)}.items()
        for loop in ("ours", "stock")
        if loop in args.loop and loop not in without
    ]
    for (where, loop, kind), figure in zip(keys, pool.map(ram, keys)):
        if kind == "start":
            figures["start"].setdefault(where, {})[loop] = figure
        else:
            figures["ram"].setdefault(where, {}).setdefault(kind, {})[loop] = figure
    more(args, pool, figures)
    for where in args.board:
        figures["flash"][where] = flash(where)


def merged(old, new):
    """What was measured before, with what was measured now in its place."""
    if not isinstance(new, dict):
        return new
    return {**old, **{key: merged(old.get(key, {}), value) for key, value in new.items()}}


def in_lines(figures, depth=0):
    """As JSON, the inner two levels on one line."""
    if depth == 3 or not isinstance(figures, dict):
        return json.dumps(figures)
    indent = " " * (depth + 1)
    items = (f"{indent}{json.dumps(key)}: {in_lines(figures[key], depth + 1)}" for key in figures)
    return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"


def main():
    """Do what the command line says; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--board", action="append", choices=WHERE)
    parser.add_argument("--loop", action="append", choices=LOOPS)
    parser.add_argument("--workload", action="append", choices=tuple(BY_NAME))
    parser.add_argument("--n", action="append", type=int)
    parser.add_argument("--profile", type=int, metavar="LINES", help="by function, on unix")
    parser.add_argument("--docs", action="store_true", help="write the documents anew")
    parser.add_argument("-j", dest="jobs", type=int, default=2, help="runs at a time")
    args = parser.parse_args()
    everything = not (args.board or args.loop or args.workload or args.n)
    args.some = bool(args.workload or args.n)  # then not RAM and flash
    args.board = args.board or WHERE
    args.loop = args.loop or LOOPS
    args.workload = args.workload or tuple(BY_NAME)
    WORK.mkdir(parents=True, exist_ok=True)
    file = WORK / "figures.json"
    figures = {"steps": {}, "ram": {}, "start": {}, "flash": {}}
    figures.update(paid={}, idle={}, requests={}, garbage={})
    with ThreadPoolExecutor(args.jobs) as pool:
        if args.profile:
            profile(args, pool)
            return 0
        measure(args, pool, figures)
    if not everything:
        before = file if file.exists() else FIGURES
        figures = merged(json.loads(before.read_text()), figures)
    file.write_text(in_lines(figures) + "\n")
    if everything or args.docs:
        FIGURES.write_text(in_lines(figures) + "\n")
        for script in ("report.py", "plot_cost.py"):
            subprocess.run([sys.executable, ROOT / "benchmarks" / script], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
