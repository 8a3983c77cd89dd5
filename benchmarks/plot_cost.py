"""Draw docs/cost.svg: what a step costs against the number of tasks, from docs/performance.json.

    python3 benchmarks/plot_cost.py        `make bench` does it

Its looks are plot.py's.
"""

import json
from pathlib import Path

from plot import BOLD, FONT, INK, SERIES, along, line, text

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs/performance.json"
PICTURE = ROOT / "docs/cost.svg"

WORKLOAD = "sleep_ms_0"
PANELS = (("unix", "unix, x86-64"), ("cortex-m4f", "Cortex-M4F"))
LINES = {
    "v2": ("#8a63d2", "uasyncio V2"),
    **SERIES,
    "bound": ("#2da44e", "the bound"),
}
TITLE = "What await sleep_ms(0) costs"
LEGEND = (
    "Instructions a step; all tasks are ready. Both scales are logarithmic.",
    "The bound resumes the coroutines and does nothing else.",
)
WIDTH, HEIGHT = 860, 400
TOP, BOTTOM, LEFT, GAP, RIGHT = 106, 346, 74, 96, 96
PANEL = (WIDTH - LEFT - RIGHT - GAP) / 2
X_RANGE, X_TICKS = (1, 10000), (1, 10, 100, 1000, 10000)
Y_RANGE, Y_TICKS = (100, 30000), (100, 300, 1000, 3000, 10000, 30000)


def y_at(instructions):
    """Height of a cost."""
    return along(instructions, Y_RANGE, BOTTOM, TOP - BOTTOM)


def apart(heights, least=15):
    """Heights of labels, lowest last, moved so that none covers another."""
    order = sorted(heights, key=heights.get)
    for above, below in zip(order, order[1:]):
        heights[below] = max(heights[below], heights[above] + least)
    return heights


def panel(costs, left, title):
    """One machine: grid, and a line for each loop that ends in its figure."""
    out = [text(left, TOP - 14, title, "start", font_size=14, **BOLD)]
    for cost in Y_TICKS:
        y = y_at(cost)
        out.append(
            f'<path d="M{left:.1f} {y:.1f}h{PANEL:.1f}" stroke="{INK}" stroke-opacity="0.3"/>'
        )
        out.append(text(left - 9, y + 4, f"{cost:,}".replace(",", " "), "end"))
    for n in X_TICKS:
        out.append(text(along(n, X_RANGE, left, PANEL), BOTTOM + 19, f"{n:,}".replace(",", " ")))
    out.append(text(left + PANEL / 2, BOTTOM + 42, "tasks"))
    ends = {}
    for loop, (colour, _) in LINES.items():
        of_loop = costs.get(loop, {}).items()
        found = sorted((int(n), c[0]) for n, c in of_loop if isinstance(c, list))
        points = [(along(n, X_RANGE, left, PANEL), y_at(cost)) for n, cost in found]
        if points:
            ends[loop] = points[-1][1]
            out.append(
                f'<path d="{line(points)}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
            )
            out += [
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points
            ]
            ends[loop] = (points[-1], round(found[-1][1]))
    heights = apart({loop: end[0][1] for loop, end in ends.items()})
    for loop, ((x, _), cost) in ends.items():
        style = {"fill": LINES[loop][0], **BOLD}
        out.append(text(x + 9, heights[loop] + 4, f"{cost:,}".replace(",", " "), "start", **style))
    return out


def draw(figures):
    """The whole picture."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="{FONT}" font-size="12" fill="{INK}">',
        f"<!-- Drawn by: make bench (figures: docs/{FIGURES.name}) -->",
        f"<title>{TITLE}: {', '.join(name for _, name in LINES.values())}</title>",
        text(LEFT, 26, TITLE, "start", font_size=18, **BOLD),
        *(text(LEFT, 46 + 17 * i, words, "start") for i, words in enumerate(LEGEND)),
    ]
    for i, (colour, name) in enumerate(LINES.values()):
        x, y = WIDTH - 310 + 160 * (i % 2), 22 + 22 * (i // 2)
        out.append(f'<path d="M{x} {y}h26" stroke="{colour}" stroke-width="2.5"/>')
        out.append(text(x + 34, y + 4, name, "start", fill=colour, **BOLD))
    for i, (where, title) in enumerate(PANELS):
        out += panel(figures["steps"][where][WORKLOAD], LEFT + i * (PANEL + GAP), title)
    PICTURE.write_text("\n".join(out + ["</svg>"]) + "\n")


if __name__ == "__main__":
    draw(json.loads(FIGURES.read_text()))
