"""Write what stands between markers in docs/performance.md and docs/purpose.md, from docs/performance.json.

python3 benchmarks/report.py        `make bench` does it
"""

import json
from pathlib import Path

import bench

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"
PURPOSE = ROOT / "docs/purpose.md"
BEGIN, END = "<!-- make bench: from here -->\n", "<!-- make bench: to here -->\n"

MACHINES = {
    "unix": "unix, x86-64",
    "cortex-m4f": "Cortex-M4F",
    "cortex-m0": "Cortex-M0",
    "lx106": "lx106",
    "rv32": "RV32",
    "dc233c": "windowed Xtensa",
}
LOOPS = {"bound": "bound", "ours": "ours", "stock": "stock", "v2": "V2"}
N = "100"


def table(head, rows):
    """Lines of a table; the first column to the left, the others to the right."""
    yield "| " + " | ".join(head) + " |"
    yield "|---" + "|--:" * (len(head) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def number(figure, i):
    """A figure of a pair; - if there is none."""
    return f"{figure[i]:.0f}" if isinstance(figure, list) else "-"


def ratio(a, b):
    """How many times a figure is another."""
    if not (isinstance(a, list) and isinstance(b, list)):
        return "-"
    return f"{a[0] / b[0]:.2f}" if a[0] < 10 * b[0] else f"{a[0] / b[0]:.1f}"


def one_n(of_machine):
    """A row for each workload, with 100 tasks."""
    for name, loops in of_machine.items():
        by_loop = {loop: loops.get(loop, {}).get(N) for loop in LOOPS}
        # Stock and V2 have no low level, and stock no bare yield: what they have stands beside.
        instead = of_machine["sleep_ms_0"]
        ours, stock = by_loop["ours"], by_loop["stock"]
        if name in ("bare_yield", "after_ms_0"):
            stock = instead.get("stock", {}).get(N)
        yield [
            f"`{name}`",
            *(number(figure, 0) for figure in by_loop.values()),
            ratio(ours, by_loop["bound"]),
            ratio(stock, ours),
            number(ours, 1),
            number(by_loop["stock"], 1),
        ]


def all_n(of_machine):
    """A row for each workload and loop, a column for each number of tasks."""
    numbers = sorted(
        {int(n) for loops in of_machine.values() for by_n in loops.values() for n in by_n}
    )
    yield ["workload", "loop", *map(str, numbers)]
    for name, loops in of_machine.items():
        for loop in LOOPS:
            if loop in loops:
                row = (loops[loop].get(str(n)) for n in numbers)
                yield [f"`{name}`", LOOPS[loop], *(number(figure, 0) for figure in row)]


def pages(figures):
    """All lines of the generated part."""
    machines = [machine for machine in MACHINES if machine in figures["steps"]]
    yield f"## {N} tasks"
    yield ""
    for machine in machines:
        yield f"**{MACHINES[machine]}**"
        yield ""
        head = ["instructions a step", *LOOPS.values(), "ours / bound", "stock / ours"]
        yield from table([*head, "bytes, ours", "stock"], one_n(figures["steps"][machine]))
    yield "`timers` with few tasks on a board: the time in which none of them is due is counted too."
    yield "`stock / ours` of `bare_yield` and `after_ms_0`: stock's `sleep_ms(0)`."
    yield ""
    yield "## RAM"
    yield ""
    yield "Bytes of a task that waits, all counted, its generator too, when there are many; hundred: `import`, the loop and"
    yield "100 tasks that sleep together (the loop has room for the first of them); at the start: after `import` and"
    yield "`get_event_loop()` with its default lengths, and with events, locks, `gather`, `wait_for` and streams touched."
    yield ""
    rows = []
    for kind in bench.RAM_KINDS:
        row = [kind]
        for machine in machines:
            by_loop = figures["ram"].get(machine, {}).get(kind, {})
            row += [
                f"{by_loop[loop]:.6g}" if loop in by_loop else "-" for loop in ("ours", "stock")
            ]
        rows.append(row)
    for i, what in enumerate(("at the start", "all touched")):
        row = [what]
        for machine in machines:
            starts = figures["start"].get(machine, {})
            row += [str(starts[loop][i]) if loop in starts else "-" for loop in ("ours", "stock")]
        rows.append(row)
    row = ["flash"]
    for machine in machines:
        row += [
            str(figures["flash"].get(machine, {}).get(loop, "-")) for loop in ("ours", "stock")
        ]
    rows.append(row)
    head = [f"{MACHINES[m]}, {loop}" for m in machines for loop in ("ours", "stock")]
    yield from table(["bytes", *head], rows)
    yield from what_users_pay(figures)
    yield "## Other numbers of tasks"
    yield ""
    yield "Instructions a step. `-`: the loop cannot do it, the heap has no room for so many tasks, or it was not measured (`make bench N=...` does)."
    yield ""
    for machine in machines:
        yield f"**{MACHINES[machine]}**"
        yield ""
        head, *rows = all_n(figures["steps"][machine])
        yield from table(head, rows)


def plain(figure):
    """A figure; - if there is none."""
    return f"{figure:.0f}" if isinstance(figure, (int, float)) else "-"


def pair(by_loop):
    """Ours, stock's, and how many times ours that is."""
    ours, stock = by_loop.get("ours"), by_loop.get("stock")
    both = all(isinstance(figure, (int, float)) for figure in (ours, stock))
    return [plain(ours), plain(stock), f"{stock / ours:.2f}" if both else "-"]


def what_users_pay(figures):
    """Tables of what is counted with the allocator in, of an idle loop, of garbage, of a web server."""
    if figures.get("paid"):
        yield "## With the allocator and the collections in"
        yield ""
        yield f"Instructions a step, {N} tasks, of runs in which garbage is collected as usual: on unix on a heap of 256 KB, on the"
        yield "board on its 96 KB. How long the allocator looks for room depends on where the heap has holes, so these are no budget's."
        yield ""
        machines = list(figures["paid"])
        rows = []
        for name in bench.PAID:
            row = [f"`{name}`"]
            for machine in machines:
                row += pair(figures["paid"][machine].get(name, {}))
            rows.append(row)
        head = [
            f"{MACHINES[m]}: {what}"
            for m in machines
            for what in ("ours", "stock", "stock / ours")
        ]
        yield from table(["instructions a step", *head], rows)
    if figures.get("requests"):
        yield "A request to microdot 2.7 on unix, with all of that in, its connection's begin and end too:"
        yield ""
        row = ["microdot", *pair(figures["requests"]["unix"]["microdot"])]
        yield from table(["instructions a request", "ours", "stock", "stock / ours"], [row])
    if figures.get("idle"):
        yield "## An idle loop"
        yield ""
        yield "Instructions of a tick of 1 ms that brings nothing, the board's own tick interrupt with them; on unix the system calls of a wake-up."
        yield ""
        rows = [
            [f"{MACHINES[machine]}, {name}", *pair(by_loop)]
            for machine, names in figures["idle"].items()
            for name, by_loop in names.items()
        ]
        yield from table(
            ["a tick, with N tasks that sleep", "ours", "stock", "stock / ours"], rows
        )
    if figures.get("garbage"):
        yield "## Beside tasks that make garbage"
        yield ""
        yield "How late a high task wakes from `sleep_ms(5)`, in us, beside eight tasks that allocate 512 bytes every 3 ms and 100 that"
        yield "sleep (`benchmarks/garbage.py`). Virtual time, 8 ns an instruction. Stock has no levels."
        yield ""
        names = {"gc_idle": "ours, `loop.gc_idle(8192)`", "ours": "ours", "stock": "stock"}
        for machine, by_name in figures["garbage"].items():
            rows = [
                [name, *map(str, by_name["late"][loop][1:])]
                for loop, name in names.items()
                if loop in by_name["late"]
            ]
            yield from table(
                [f"us late, {MACHINES[machine]}", "median", "90 %", "99 %", "longest"], rows
            )


def workloads():
    """What each is."""
    yield "## Workloads"
    yield ""
    yield "| name | a step | cannot |"
    yield "|---|---|---|"
    for workload in bench.WORKLOADS:
        cannot = "; ".join(f"{loop}: {why}" for loop, why in workload.without.items())
        yield f"| `{workload.name}` | {workload.step} | {cannot} |"
    yield ""


def summary(figures):
    """The table of docs/purpose.md: some workloads on two machines."""
    names = {
        "sleep_ms_0": "`await sleep_ms(0)`",
        "event": "an event wakes a task",
        "lock": "a lock is handed over",
        "queue": "an item goes through a queue",
        "join": "create, run and join a task",
        "cancel": "cancel a task that sleeps",
    }
    machines = ("unix", "cortex-m4f")
    rows = []
    for name, words in names.items():
        row = [words]
        for machine in machines:
            loops = figures["steps"][machine][name]
            ours, stock = (loops.get(loop, {}).get(N) for loop in ("ours", "stock"))
            row += [number(ours, 0), number(stock, 0), ratio(stock, ours)]
        rows.append(row)
    row = ["RAM of a task that sleeps, bytes"]
    for machine in machines:
        ours, stock = (figures["ram"][machine]["sleeping"][loop] for loop in ("ours", "stock"))
        row += [f"{ours:g}", f"{stock:g}", f"{stock / ours:.2f}"]
    head = [f"{MACHINES[m]}: {what}" for m in machines for what in ("ours", "stock", "times")]
    yield from table(["instructions", *head], [*rows, row])


def between(page, lines):
    """Put lines between a page's markers."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{page}: no markers")
    page.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after)


def write(figures):
    """Both pages."""
    between(PAGE, [*workloads(), *pages(figures)])
    between(PURPOSE, summary(figures))


if __name__ == "__main__":
    write(json.loads(bench.FIGURES.read_text()))
