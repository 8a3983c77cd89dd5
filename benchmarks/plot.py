"""Draw docs/latency.svg: the latency of a driver task against the number of coros beside it.

    python3 benchmarks/plot.py build/unix/micropython    measure (3 minutes), keep that, draw
    python3 benchmarks/plot.py                           draw the kept figures again

The figures are in docs/latency.json. Grey and colours are chosen to be read on white and on black.
"""

import json
import math
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIGURES = HERE.parent / "docs" / "latency.json"
PICTURE = FIGURES.with_suffix(".svg")
COMMAND = "python3 benchmarks/plot.py build/unix/micropython"

PANELS = (
    ("yield", "Back from a yield"),
    ("event", "Answering an event at a random instant"),
)
KEYS = "measurement", "loop", "coros", "samples", "min", "median", "p95", "max"
SERIES = {  # colour and label
    "stock": ("#d9730d", "stock asyncio"),
    "ours": ("#2f81f7", "uasyncio-priority"),
}
INK = "#7a7f87"
FONT = "system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"
BOLD = {"font_weight": "600"}
TITLE = "How long a driver waits for its turn"
LEGEND = "Line: median. Shade: up to the 95th percentile. Both scales are logarithmic."
WIDTH, HEIGHT = 860, 430
TOP, BOTTOM, LEFT, GAP, RIGHT = 106, 366, 74, 66, 70
PANEL = (WIDTH - LEFT - RIGHT - GAP) / 2
X_RANGE = (1, 200)
Y_RANGE = (0.001, 1000)
X_TICKS = (1, 5, 10, 20, 50, 100, 200)
Y_TICKS = (
    (0.001, "1 µs"),
    (0.01, "10 µs"),
    (0.1, "100 µs"),
    (1, "1 ms"),
    (10, "10 ms"),
    (100, "100 ms"),
    (1000, "1 s"),
)


def measure(micropython):
    """Run sweep.py and keep its rows."""
    rows = []
    with subprocess.Popen(
        [micropython, HERE / "sweep.py"], stdout=subprocess.PIPE, text=True
    ) as sweep:
        for line in sweep.stdout:
            print(line, end="", file=sys.stderr)
            row = json.loads(line)
            rows.append({key: row[key] for key in KEYS})
    if sweep.returncode:
        raise SystemExit("the measurement failed")
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    FIGURES.write_text(
        f'{{\n "command": {json.dumps(COMMAND)},\n "unit": "us",\n "rows": [\n{lines}\n ]\n}}\n'
    )


def along(value, ends, start, length):
    """Where a value lies on a logarithmic axis."""
    low, high = (math.log(end) for end in ends)
    return start + (math.log(min(max(value, ends[0]), ends[1])) - low) / (high - low) * length


def y_at(ms):
    """Height of a latency."""
    return along(ms, Y_RANGE, BOTTOM, TOP - BOTTOM)


def text(x, y, words, anchor="middle", **style):
    """One line of text."""
    style = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in style.items())
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{words}</text>'


def line(points):
    """The points, joined."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def duration(ms):
    """A latency in words, to two digits."""
    value, unit = (ms, "ms") if ms >= 0.1 else (ms * 1000, "µs")
    return f"{float(f'{value:.2g}'):g} {unit}"


def panel(rows, left, title, labelled):
    """One chart: grid, a line of medians and a band for each loop."""
    out = [text(left, TOP - 16, title, "start", font_size=14, **BOLD)]
    for ms, label in Y_TICKS:
        y = y_at(ms)
        out.append(
            f'<path d="M{left:.1f} {y:.1f}h{PANEL:.1f}" stroke="{INK}" stroke-opacity="0.3"/>'
        )
        if labelled:
            out.append(text(left - 9, y + 4, label, "end"))
    for coros in X_TICKS:
        out.append(text(along(coros, X_RANGE, left, PANEL), BOTTOM + 19, coros))
    out.append(text(left + PANEL / 2, BOTTOM + 42, "coros that block for 2 ms each time they run"))
    for loop, (colour, _) in SERIES.items():
        mine = sorted((row for row in rows if row["loop"] == loop), key=lambda row: row["coros"])
        xs = [along(row["coros"], X_RANGE, left, PANEL) for row in mine]
        middle, high = (
            [(x, y_at(row[key] / 1000)) for x, row in zip(xs, mine)] for key in ("median", "p95")
        )
        out.append(f'<path d="{line(middle + high[::-1])}Z" fill="{colour}" fill-opacity="0.25"/>')
        out.append(f'<path d="{line(middle)}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in middle]
        (x, y), value = middle[-1], duration(mine[-1]["median"] / 1000)
        out.append(text(x + 8, y + 4, value, "start", fill=colour, **BOLD))
    return out


def draw(rows):
    """The whole picture."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="{FONT}" font-size="12" fill="{INK}">',
        f"<!-- Drawn by: {COMMAND} (figures: docs/{FIGURES.name}) -->",
        f"<title>{TITLE}: stock asyncio and uasyncio-priority</title>",
        text(LEFT, 26, TITLE, "start", font_size=18, **BOLD),
        text(LEFT, 46, LEGEND, "start"),
    ]
    for i, (colour, name) in enumerate(SERIES.values()):
        y = 22 + 22 * i
        out.append(
            f'<path d="M{WIDTH - RIGHT - 160} {y}h26" stroke="{colour}" stroke-width="2.5"/>'
        )
        out.append(text(WIDTH - RIGHT - 126, y + 4, name, "start", fill=colour, **BOLD))
    out.append(text(0, 0, "latency", transform=f"translate(18 {(TOP + BOTTOM) / 2}) rotate(-90)"))
    for i, (measurement, title) in enumerate(PANELS):
        mine = [row for row in rows if row["measurement"] == measurement]
        out += panel(mine, LEFT + i * (PANEL + GAP), title, labelled=i == 0)
    PICTURE.write_text("\n".join(out + ["</svg>"]) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    draw(json.loads(FIGURES.read_text())["rows"])
