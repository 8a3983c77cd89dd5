#!/usr/bin/env python3
"""The budget: what a step, a waiting task, an interrupt, the start and our part may cost (tests/budget.json).

    python3 tests/budget.py steps            instructions, allocations, RAM, what the boards' firmware is; needs `make unix qemu`
    python3 tests/budget.py flash            builds the firmware for Cortex-M4F with and without our loop
    python3 tests/budget.py pico             flash, and cycles in an emulator, of RPI_PICO; needs `make pico-test`
    python3 tests/budget.py --update         all, and writes the file anew: `make budget`

Worse than the file says, by more than the slack, is a failure; better by more than that is a note, so that the file can
follow. Aims are ratios: one that has been reached once is in the file and must hold, the others are printed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "ports")]

import bench  # noqa: E402
import counting  # noqa: E402
import size  # noqa: E402
from counting import BOARDS, UNIX  # noqa: E402

FILE = ROOT / "tests/budget.json"
M4 = "cortex-m4f"
PICO = "RPI_PICO"
SLACK = {"steps": 0.02, "ram": 0.01, "start": 0.01, "flash": 0.01, "irq": 0.05, "firmware": 0.01}
SLACK.update(cycles=0.02, pico=0.01, idle=0.02, calls=0, when=0.02)
ASLEEP = {"hundred": "the loop and 100 sleeping tasks take", "sleeping": "a sleeping task takes"}
UNIT = {kind: "instructions" for kind in ("steps", "irq", "idle", "when")}
UNIT.update(cycles="cycles", calls="system calls")
# What tests/native.py measures, and keeps in the same file.
NATIVE = {"native_steps": 0.02, "native_irq": 0.05, "native_ram": 0.01, "native_files": 0.01}
SLACK.update(NATIVE)
UNIT.update(native_steps="instructions", native_irq="instructions")
BESIDE = (0, 10, 200)  # tasks that are ready when an interrupt comes
IDLE = (1, N := 100)  # tasks that sleep while nothing is due
FAST = ("bare_yield", "sleep_ms_0")
COUNTING = ("count_yield", "count_sleep_ms_0")
WHEN = {"a Python callable": "false", "a native callable": "native"}
# Ours / bound at most: the same program on natives that do nothing (ports/bound.c).
TO_BOUND = {
    "event": 1.5,
    "lock": 1.5,
    "queue": 1.5,
    "join": 1.7,
    "cancel": 1.4,
    "wait_for": 3,
    "gather": 3,
}
TO_BOUND.update(timers=2.4, lines=1.6, echo=1.6)
QUARTER = ("event", "queue", "lock", "join")
LIMITED = ("wait_for", "wait_for_woken", "timeout")
LIMIT = {UNIX: 64, M4: 32}  # bytes of the one object that a time limit is
MAY_ALLOCATE = ("join", "gather", "taskgroup", "echo", "lines", *LIMITED)
SEEN = {
    "stats_on": 1.15,
    "trace_on": 1.25,
}  # what a step may cost while it is on, of what it costs while nothing is
COLLECT = {UNIX: 10000, M4: 800}  # tasks that sleep while the heap is collected
STATIC_RAM = 200  # bytes


def wanted():
    """What is counted: (where, loop, workload, N)."""
    keys = {key for where in (UNIX, M4) for key in bench.steps(where, ("ours",), tasks=(N,))}
    for where in (UNIX, *BOARDS):
        keys.update(bench.steps(where, ("ours", "stock", "bound"), FAST, (N,)))
    for where in (UNIX, M4):
        keys.update(bench.steps(where, ("ours",), FAST, (10, 1000)))
        bounds = (*COUNTING, *TO_BOUND, *(f"when_{n}_false" for n in (1, 4)))
        keys.update(bench.steps(where, ("bound",), bounds, (N,)))
        keys.update(bench.steps(where, ("stock",), (*QUARTER, "wait_for"), (N,)))
    keys.update(bench.steps(UNIX, ("ours", "bound"), ("timers",), (10000,)))
    for where, n in COLLECT.items():
        keys.update(bench.steps(where, ("ours", "stock"), ("collect",), (n,)))
    return sorted(keys)


def measure(jobs):
    """All but the flash: {"steps": {key: [instructions, bytes]}, "ram": ..., "start": ...}."""
    keys = wanted()
    asked = [(where, "ours", kind) for where in (UNIX, M4) for kind in bench.RAM_KINDS]
    asked += [(where, "ours", kind) for where in BOARDS if where != M4 for kind in ASLEEP]
    asked += [(where, "stock", kind) for where in (UNIX, *BOARDS) for kind in ASLEEP]
    starts = [(where, "ours", "start") for where in BOARDS]
    loops = ("ours", "stock")
    ticks = [(M4, loop, n) for loop in loops for n in IDLE]
    with ThreadPoolExecutor(jobs) as pool:
        steps = dict(zip(keys, pool.map(bench.count, keys)))
        ram = dict(zip(asked, pool.map(bench.ram, asked)))
        start = dict(zip(BOARDS, pool.map(bench.ram, starts)))
        idle = dict(zip(ticks, pool.map(lambda key: counting.idle(*key), ticks)))
        calls = dict(zip(loops, pool.map(lambda loop: counting.system_calls(loop, N), loops)))
        irq = dict(zip(BOARDS, pool.map(lambda board: counting.interrupts(board, BESIDE), BOARDS)))
    bad = {key: figure for key, figure in steps.items() if isinstance(figure, str)}
    if bad:
        sys.exit("\n".join(f"{key}: {figure}" for key, figure in bad.items()))
    figures = {"steps": steps, "ram": ram, "start": {}, "irq": {}, "firmware": {}}
    figures["idle"] = {
        (where, loop, f"a tick, N={n}"): idle[where, loop, n] for where, loop, n in ticks
    }
    figures["calls"] = {(UNIX, loop, "a wake-up"): number for loop, number in calls.items()}
    figures["when"] = {
        (where, loop, f"false, {kind}"): asking(steps, where, loop, kind)
        for where in (UNIX, M4)
        for loop, kinds in {"ours": WHEN, "bound": ("a Python callable",)}.items()
        for kind in kinds
    }
    for board in BOARDS:
        for which, number in zip(("import", "all"), start[board]):
            figures["start"][board, which] = number
        for n in BESIDE:
            for which, number in zip(("", ", with a time limit"), irq[board][n]):
                figures["irq"][board, f"N={n}{which}"] = number
        parts, in_ram = size.ours(ROOT / "build/qemu" / board)
        figures["firmware"][board, "flash"] = size.flash(parts)
        figures["firmware"][board, "static RAM"] = in_ram
    return figures


def asking(steps, where, loop, kind):
    """What it takes to ask one condition that is false."""
    one, four = (steps[where, loop, f"when_{n}_{WHEN[kind]}", N][0] for n in (1, 4))
    return (four - one) / 3


def flash(few):
    """Bytes of flash that our part takes on Cortex-M4F, also with parts left out; too much static RAM ends the program.

    `few`: with all of them left out, and not one by one.
    """
    argv = (
        "ports/size.py",
        "table",
        bench.TREE,
        "--target",
        M4,
        "--only-ours",
        "--ram",
        str(STATIC_RAM),
        *(["--few"] if few else []),
    )
    done = subprocess.run([sys.executable, *argv], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="")
    found = dict(re.findall(r"^  (ours|without [^,]+), flash (\d+)", done.stdout, re.MULTILINE))
    if done.returncode or len(found) != (2 if few else 5):
        print("0 passed, 1 failed")
        sys.exit(1)
    return {"flash": {(M4, which): int(size) for which, size in found.items()}}


def pico():
    """What our part takes of a whole RPI_PICO, cycles of its processor a step beside 100 tasks, and from a pin's interrupt to its task.

    The emulator's clock goes by cycles, each run is like the one before, and a us has 125.
    """
    whole = ROOT / "build/pico" / PICO
    sized = bench.counting.run([sys.executable, "ports/size.py", "firmware", whole])
    bytes_of, ram = map(int, re.search(r"Flash (\d+) bytes, static RAM (\d+)", sized).groups())
    said = bench.counting.run(
        [sys.executable, "tests/pico/run.py", PICO, "tests/pico/programs/steps.py"]
    )
    found = re.findall(r"^(\w+) (\d+) (\d+)\r?$", said, re.MULTILINE)
    if len(found) != 3:
        sys.exit(said)
    woken = bench.counting.run([sys.executable, "tests/pico/checks.py", "interrupts"])
    medians = re.findall(r"^beside (\d+) tasks: .* median (\d+)$", woken, re.MULTILINE)
    if not medians:
        sys.exit(woken)
    cycles = {(PICO, f"{name} N={N}"): 125 * int(us) / int(n) for name, n, us in found}
    cycles.update({(PICO, f"pin to task N={n}"): int(median) for n, median in medians})
    return {
        "cycles": cycles,
        "pico": {(PICO, "flash"): bytes_of, (PICO, "static RAM"): ram},
    }


def budgeted(figures):
    """What the file keeps: {kind: {name: figure}}."""
    kept = {}
    for kind, of_kind in figures.items():
        for key, figure in of_kind.items():
            if kind == "steps":
                where, loop, workload, n = key
                if loop != "ours":
                    continue
                name, figure = f"{where} {workload} N={n}", [round(x, 1) for x in figure]
            elif kind in ("ram", "idle", "calls", "when"):
                where, loop, what = key
                if loop != "ours":
                    continue
                name = f"{where} {what}"
                figure = round(figure, 1) if kind in ("idle", "when") else figure
            else:
                name = " ".join(key)
                figure = round(figure, 1) if kind == "cycles" else figure
            kept.setdefault(kind, {})[name] = figure
    return kept


def compare(kept, allowed):
    """(good, line) of each figure; the line is None if there is nothing to say."""
    for kind, names in kept.items():
        for name in sorted(set(names) | set(allowed.get(kind, {}))):
            if name not in names or name not in allowed.get(kind, {}):
                known = "not measured" if name not in names else "not in the budget"
                yield False, f"{name}: {known}"
                continue
            figure, limit = names[name], allowed[kind][name]
            if kind == "steps":
                (figure, heap), (limit, heap_limit) = figure, limit
                more = "allocates {} bytes a step instead of {}".format(heap, heap_limit)
                yield heap <= heap_limit, f"{name}: {more}" if heap != heap_limit else None
            share = figure / limit - 1
            unit = UNIT.get(kind, "bytes")
            line = f"{name}: {figure:g} {unit} instead of {limit:g}, {share:+.1%}"
            yield share <= SLACK[kind], line if abs(share) > SLACK[kind] else None


def aims(figures):
    """(name, whether it is reached, the figures) of each aim that these figures tell."""
    if "flash" in figures:
        for which, most in (("ours", 28), ("without all three", 18)):
            total = figures["flash"][M4, which]
            yield (
                f"{M4}, {which}: at most {most} KB of flash",
                total <= most * 1024,
                f"{total} bytes",
            )
    if "steps" not in figures:
        return

    def cost(where, workload, loop="ours", n=N):
        return figures["steps"][where, loop, workload, n][0]

    for where in (UNIX, *BOARDS):
        times = 10 if where == UNIX else 12
        ratio = cost(where, "sleep_ms_0", "stock") / cost(where, "sleep_ms_0")
        yield (
            f"{where}: sleep_ms(0), stock / ours at least {times}",
            ratio >= times,
            f"{ratio:.2f}",
        )
    for workload, most in SEEN.items():
        ratio = cost(M4, workload) / cost(M4, "sleep_ms_0")
        yield f"{M4}: {workload} at most {most} of sleep_ms_0", ratio <= most, f"{ratio:.3f}"
    for board in BOARDS:
        name = f"{board}: from an interrupt to its task"
        irq = [figures["irq"][board, f"N={n}"] for n in BESIDE]
        limited = [figures["irq"][board, f"N={n}, with a time limit"] for n in BESIDE]
        yield f"{name} at most 3000 instructions", max(irq) <= 3000, str(irq)
        yield f"{name} within 10 %, whatever else is ready", max(irq) <= 1.1 * min(irq), str(irq)
        ratio = max(late / bare for late, bare in zip(limited, irq))
        yield f"{name} at most 1.3 times that with a time limit", ratio <= 1.3, f"{ratio:.2f}"
    for where in (UNIX, M4):
        for workload, limit in zip(FAST + COUNTING, (1.35, 1.25) * 2):
            ratio = cost(where, workload) / cost(where, workload, "bound")
            name = f"{where}: {workload}, ours / bound at most {limit}"
            yield name, ratio <= limit, f"{ratio:.3f}"
        for workload in FAST:
            costs = [cost(where, workload, n=n) for n in (10, N, 1000)]
            name = f"{where}: {workload}, from N = 10 to 1000 within 5 %"
            yield name, max(costs) <= 1.05 * min(costs), str(costs)
        for workload in QUARTER:
            ratio = cost(where, workload, "stock") / cost(where, workload)
            yield f"{where}: {workload}, stock / ours at least 4", ratio >= 4, f"{ratio:.2f}"
        ratio = cost(where, "wait_for", "stock") / cost(where, "wait_for")
        yield f"{where}: wait_for, stock / ours at least 6", ratio >= 6, f"{ratio:.2f}"
        ratio = cost(where, "wait_for") / cost(where, "event_set")
        yield f"{where}: wait_for at most 3 times the wait in it", ratio <= 3, f"{ratio:.2f}"
        for workload in LIMITED:
            heap = figures["steps"][where, "ours", workload, N][1]
            name = f"{where}: {workload} allocates one object of {LIMIT[where]} bytes"
            yield name, heap == LIMIT[where], f"{heap} bytes a step"
        ours, stock = (cost(where, "collect", loop, COLLECT[where]) for loop in ("ours", "stock"))
        name = f"{where}: a collection beside {COLLECT[where]} tasks that sleep, at most stock's"
        yield name, ours <= stock, f"{ours:g} instructions, stock {stock:g}"
        for workload in bench.BY_NAME:
            if (where, "ours", workload, N) in figures["steps"] and workload not in MAY_ALLOCATE:
                heap = figures["steps"][where, "ours", workload, N][1]
                yield f"{where}: {workload} allocates nothing", heap == 0, f"{heap} bytes a step"
    for n in IDLE:
        ours, stock = (figures["idle"][M4, loop, f"a tick, N={n}"] for loop in ("ours", "stock"))
        figure = f"{ours:.1f} instructions, stock {stock:.1f}"
        yield f"{M4}: an idle tick with N = {n}, at most stock's", ours <= stock, figure
        yield f"{M4}: an idle tick with N = {n}, at most 170", ours <= 170, figure
    calls = figures["calls"][UNIX, "ours", "a wake-up"]
    yield f"{UNIX}: one system call a wake-up", calls == 1, f"{calls:g}"
    for where in (UNIX, M4):
        for workload, most in TO_BOUND.items():
            for n in (N, 10000):
                if (where, "bound", workload, n) in figures["steps"]:
                    ratio = cost(where, workload, n=n) / cost(where, workload, "bound", n)
                    name = f"{where}: {workload} with N = {n}, ours / bound at most {most}"
                    yield name, ratio <= most, f"{ratio:.3f}"
        ours, bound = (
            figures["when"][where, loop, "false, a Python callable"] for loop in ("ours", "bound")
        )
        name = f"{where}: a false when, a Python callable, ours / bound at most 1.5"
        yield name, ours <= 1.5 * bound, f"{ours / bound:.3f}"
        figure = figures["when"][where, "ours", "false, a native callable"]
        name = f"{where}: a false when, a native callable, at most 200 instructions"
        yield name, figure <= 200, f"{figure:.1f}"
    for where in (UNIX, *BOARDS):
        for kind, what in ASLEEP.items():
            ours, stock = (figures["ram"][where, loop, kind] for loop in ("ours", "stock"))
            name = f"{where}: {what} no more RAM than stock's"
            yield name, ours <= stock, f"{ours:g} bytes, stock {stock:g}"
    ratio = cost(UNIX, "timers", n=10000) / cost(UNIX, "timers")
    yield f"{UNIX}: timers, N = 10000 / N = 100 at most 1.5", ratio <= 1.5, f"{ratio:.2f}"
    for board in BOARDS:
        start = figures["start"][board, "import"]
        yield f"{board}: at most 3 KB of RAM at the start", start <= 3 * 1024, f"{start} bytes"


def compilers():
    """What made the code that is counted. Another version makes other code."""
    tools = {
        "gcc": "gcc",
        "arm": "arm-none-eabi-gcc",
        "riscv": "riscv64-unknown-elf-gcc",
        "xtensa": "xtensa-lx106-elf-gcc",
        "rustc": "rustc",
    }
    versions = {}
    for name, tool in tools.items():
        said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
        versions[name] = (said.stdout.splitlines() or [""])[0]
    return versions


def judge(figures, few):
    """Compare with the file, print what there is to say; the exit status."""
    file = json.loads(FILE.read_text())
    kept = budgeted(figures)
    skipped = set(file["flash"]) - set(kept.get("flash", file["flash"])) if few else ()
    for name in sorted(skipped):
        print(f"skip {name}: LONG=1 builds that too")
        del file["flash"][name]
    passed = failed = 0
    for good, line in compare(kept, file):
        passed, failed = passed + good, failed + (not good)
        if line:
            print("note, better:" if good else "WORSE:", line)
    for name, reached, figure in aims(figures):
        if name in file["reached"]:
            passed, failed = passed + reached, failed + (not reached)
            if not reached:
                print(f"NO LONGER REACHED: {name}: {figure}")
        else:
            print(f"{'now reached' if reached else 'not reached yet'}: {name}: {figure}")
    if failed:
        for name, version in compilers().items():
            if version != file["compilers"][name]:
                print(f"made with {version}, the budget with {file['compilers'][name]}")
        print(
            "Where the instructions go: make bench BOARD=unix LOOP=ours WORKLOAD=... N=100 PROFILE=25"
        )
        print("`make budget` accepts all of it: tests/budget.json then says what it costs now.")
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return bool(failed)


def update(figures):
    """Write the file anew."""
    before = json.loads(FILE.read_text()) if FILE.exists() else {"reached": []}
    reached = []
    for name, now, figure in aims(figures):
        if now:
            reached.append(name)
        elif name in before["reached"]:
            print(f"given up: {name}: {figure}")
    native = {kind: before[kind] for kind in NATIVE if kind in before}
    file = {"compilers": compilers(), **budgeted(figures), **native, "reached": reached}
    FILE.write_text(json.dumps(file, indent=1) + "\n")
    print(f"{FILE.relative_to(ROOT)}: {len(reached)} aims are reached")
    return 0


def main():
    """Do what the command line says; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "part", nargs="?", choices=("steps", "flash", "pico"), help="all, if none is named"
    )
    parser.add_argument("--update", action="store_true", help="write the file anew")
    parser.add_argument("-j", dest="jobs", type=int, default=2, help="runs at a time")
    args = parser.parse_args()
    if args.update and args.part:
        parser.error("the file is written as a whole")
    few = not (args.update or os.environ.get("LONG"))
    figures = {}
    if args.part in (None, "steps"):
        figures.update(measure(args.jobs))
    if args.part in (None, "flash"):
        figures.update(flash(few))
    if args.part in (None, "pico"):
        figures.update(pico())
    return update(figures) if args.update else judge(figures, few)


if __name__ == "__main__":
    sys.exit(main())
