# top(): what loop.stats() counts, as a table.
from uasyncio_priority import Loop

_LEVELS = ("high", "normal", "low")


def _share(part, whole):
    return "%5.1f%%" % (100 * part / whole) if whole else "     -"


def _row(name, count, whole, where):
    late = count["late"]
    worst = max([i for i in range(len(late)) if late[i]] or (0,))
    # Of the last class only the lower bound is known.
    text = ("<%d" % (1 << worst)) if worst < len(late) - 1 else ">=%d" % (1 << worst - 1)
    print(
        "%-20s %8d %s %10d %6s  %s"
        % (
            name,
            count["steps"],
            _share(count["us"], whole),
            count["longest_us"],
            text,
            where or "",
        )
    )


# Prints it, the tasks that took most of the time first. RuntimeError if nothing is counted.
def top(n=20):
    stats = Loop.stats()
    if stats is None:
        raise RuntimeError("nothing is counted: loop.stats(True) first")
    us = stats["us"]
    print(
        "%d ms, idle %s, %d passes, the longest %d us"
        % (us // 1000, _share(stats["idle_us"], us).strip(), stats["passes"], stats["gap_us"])
    )
    if stats.get("collections"):
        print(
            "%d bytes allocated, %d collections, the longest %d us"
            % (stats["allocated"], stats["collections"], stats["collecting_us"])
        )
    print("%-20s %8s %6s %10s %6s" % ("", "steps", "time", "longest us", "ms late"))
    for name, level in zip(_LEVELS, stats["levels"]):
        _row(name, level, us, None)
    tasks = sorted(stats["tasks"], key=lambda task: -task["us"])
    for task in tasks[:n]:
        _row(task["name"], task, us, task["where"])
    steps = sum(level["steps"] for level in stats["levels"]) - stats["callbacks"]
    steps -= sum(task["steps"] for task in tasks)
    if len(tasks) > n or steps:
        print("and %d tasks more, %d steps of tasks that ended" % (max(0, len(tasks) - n), steps))
