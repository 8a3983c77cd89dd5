#!/usr/bin/env python3
"""Break the code on purpose, one small thing at a time, and see a test fail: mutations.py [--check] [--tree MPY] [NAME...]

Each mutation is a place in the source and what becomes of it, in a copy of the project under build/mutations. The place
is a comment, `// mutation: NAME` (`#` in Python and CMake), in a line of its own above it or at its end: so what is
around it may be renamed and moved to another file. The
tests that `make test` runs are run on it; one that nothing catches is a failure, and so is one that no longer fits the
source or does not compile. --check only looks whether each still fits. Ends with `N passed, N failed`.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build/mutations"
COPY = WORK / "tree"

COMPARISON, LOST, CLEAR, STALE, LINK, FAIRNESS, MISBUILT = (
    "a wrong comparison",
    "a lost wake-up",
    "a missing clear",
    "a stale reference",
    "a wrong link",
    "a skipped fairness check",
    "a misbuild",
)

# Where marks are.
SOURCES = (
    "src/**/*.rs",
    "micropython-bindings/**/*.[ch]",
    "micropython-bindings/*.cmake",
    "micropython-bindings/*.mk",
    "python/*.py",
    "ports/**/*.[ch]",
)
MARK = re.compile(r"(?://|#) mutation: ([a-z0-9-]+)$")


# What becomes of the marked line. Each is given the lines from there on and returns them changed; ValueError if it does not
# fit.
def GONE(lines):
    """The statement is left out."""
    for i, line in enumerate(lines):
        if uncommented(line).endswith(";"):
            return lines[i + 1 :]
        if uncommented(line).endswith(("{", "}")):
            break
    raise ValueError("no statement")


def NOTHING(lines):
    """The line is empty."""
    return lines[1:]


def condition(value, lines):
    """The condition of the `if` is a constant, in the words of C or of Rust."""
    line = uncommented(lines[0])
    old = re.search(r"\bif (.*) \{$", line)
    if old is None:
        raise ValueError("no `if` that ends its line")
    new = f"({value})" if old[1].startswith("(") else value
    return [line[: old.start(1)] + new + " {", *lines[1:]]


NEVER = partial(condition, "false")
ALWAYS = partial(condition, "true")


def CHANGED(pattern, new):
    """What fits the pattern, once in the line, becomes this; `\\1` and so on are what its groups found."""

    def change(lines):
        first, found = re.subn(pattern, new, uncommented(lines[0]))
        if found != 1:
            raise ValueError(f"{found} places fit {pattern!r}")
        return [first, *lines[1:]]

    return change


# Of the core: name, kind, what becomes of the place that has the mark. Cargo's tests are to catch them.
CORE = (
    ("ties-reversed", COMPARISON, CHANGED(">= 0", "> 0")),
    (
        "time-not-cyclic",
        COMPARISON,
        CHANGED(
            r"(\S+)\.wrapping_sub\((\S+)\)\.cast_signed\(\)",
            r"if \1 < \2 { -1 } else { (\1 - \2).cast_signed() }",
        ),
    ),
    ("overdue-by-as-much", COMPARISON, CHANGED(" > ", " >= ")),
    ("timer-behind-its-tie", COMPARISON, CHANGED(" > ", " >= ")),
    ("cancelled-in-the-tick-it-is-due", COMPARISON, CHANGED("<= 0", "< 0")),
    ("cancelled-at-any-level", COMPARISON, CHANGED(r"\} && .*;", "};")),
    ("clock-read-backwards", COMPARISON, CHANGED("< 0", "> 0")),
    ("mail-not-announced", LOST, GONE),
    ("trace-beyond-its-end", STALE, NEVER),
    ("trace-not-from-the-oldest", STALE, CHANGED("== 0", "!= 0")),
    ("level-that-was-emptied", LOST, CHANGED(r" \|\| high.*\) ", " ")),
    ("woken-of-before", STALE, CHANGED(r"known.is_none\(\) ", "true ")),
    ("posts-of-before", CLEAR, GONE),
    ("post-lost-unsaid", LOST, GONE),
    ("post-not-announced", LOST, GONE),
    ("post-taken-twice", STALE, GONE),
    ("loss-not-announced", LOST, CHANGED("inner.*;", "false;")),
    ("next-condition-skipped", LOST, CHANGED(r"set\(.*\);", "set(None);")),
    ("cursor-at-who-left", STALE, NEVER),
    ("hang-up-wakes-nobody", LOST, CHANGED(r"\((.*) \| !\(.*\)\)", r"\1")),
    ("nearest-of-two-levels", LOST, CHANGED(r" \{$", "[..2] {")),
    ("served-for-ever", CLEAR, CHANGED("false", "true")),
    ("served-though-ended", STALE, GONE),
    ("marked-though-ended", STALE, GONE),
    ("kept-in-its-ring", CLEAR, CHANGED("=> .*,", "=> {}")),
    ("high-not-noticed", LOST, GONE),
    ("condition-not-noticed", LOST, GONE),
    ("stream-not-noticed", LOST, GONE),
    ("limit-not-noticed", LOST, GONE),
    ("fresh-stream-not-noticed", LOST, GONE),
    ("turned-in-another-level", COMPARISON, CHANGED(" && e.queue.*;", ";")),
    ("epoch-not-asked", STALE, ALWAYS),
    ("epoch-not-counted", STALE, GONE),
    ("asked-again-in-the-tick", CLEAR, GONE),
    ("fast-for-ever", CLEAR, GONE),
    ("mail-of-before-a-reset", CLEAR, GONE),
    ("item-left-in-its-slot", CLEAR, CHANGED("Cell::take", "Cell::get")),
    ("linked-though-out", CLEAR, GONE),
    ("links-kept-in-a-ring", STALE, GONE),
    ("links-kept-in-a-tree", STALE, GONE),
    ("third-link-kept", STALE, GONE),
    ("front-that-left", STALE, NEVER),
    ("youngest-not-linked", LINK, GONE),
    ("removed-on-the-wrong-side", LINK, CHANGED(";$", ".other();")),
    ("earliest-not-the-least", LINK, CHANGED("prev", "next")),
    ("yield-of-another", STALE, NEVER),
    ("owners-kept", CLEAR, CHANGED(r"= (\w+)\.take\(\)", r"= *\1")),
    (
        "stream-told-by-its-number",
        STALE,
        CHANGED(r"(\w+)\.key == (\w+)\.key", r"\1.number == \2.number"),
    ),
    ("row-of-another-descriptor", STALE, CHANGED("&& .*", "")),
    ("row-of-who-left", STALE, CHANGED(" && waits", "")),
    ("task-kept-by-its-deadline", STALE, GONE),
    ("deadlines-kept-by-a-new-loop", STALE, GONE),
    (
        "deadlines-not-cyclic",
        COMPARISON,
        CHANGED(
            r"deadline.due\(\).since\(earliest\)",
            "i64::from(deadline.due().raw()) - i64::from(earliest.raw())",
        ),
    ),
    ("equal-deadlines-in-any-order", COMPARISON, CHANGED("=> .*,", "=> false,")),
    ("deadline-of-another-level", COMPARISON, CHANGED(" && e.urgency.* {", " && false {")),
    ("deadline-not-inherited", LINK, CHANGED("while .* {", "while let Some(next) = None {")),
    ("overtakes-and-stays-behind", LINK, GONE),
    ("high-twice-in-a-row", FAIRNESS, CHANGED("&& .*", "")),
    ("high-without-end", FAIRNESS, CHANGED("&& .*", "")),
    ("row-over-the-wait", FAIRNESS, GONE),
    ("overdue-back-to-back", FAIRNESS, CHANGED("&& .*;", ";")),
    ("flag-left-in-the-mail", LOST, CHANGED(r" \|\| .*;", ";")),
    ("flag-not-announced", LOST, GONE),
    ("flag-in-the-mail-for-ever", CLEAR, GONE),
    ("flag-linked-though-out", STALE, CHANGED(r"take\(\)", "get()")),
    ("flag-wakes-one", LOST, CHANGED("while let", "if let")),
    ("urgent-waiter-forgotten", LOST, CHANGED("how & URGENT != 0", "how & URGENT == URGENT + 1")),
    ("waiter-not-noted", LOST, GONE),
    ("waiter-noted-for-ever", CLEAR, GONE),
    ("flag-stays-set", CLEAR, GONE),
    ("flag-cleared-for-another", LOST, CHANGED(" && .* {", " {")),
    ("handed-and-not-taken", LOST, CHANGED(" && .*;", ";")),
    ("handed-and-taken-out", LOST, NEVER),
    ("handed-and-cancelled", LOST, GONE),
    ("handed-for-ever", CLEAR, GONE),
    ("handed-to-nobody", LOST, CHANGED("=> .*,", "=> {}")),
    ("given-back-too-often", COMPARISON, NEVER),
    ("raised-and-kept", STALE, CHANGED(r"named\.min\(level\)", "named")),
    ("roused-and-not-moved", LOST, GONE),
    ("revived-and-lost", LOST, CHANGED("=> .*,", "=> false,")),
    ("revived-of-an-old-epoch", STALE, CHANGED(" && .*,", ",")),
    ("inherited-before-clearing", STALE, GONE),
    ("urged-by-the-forgotten", STALE, CHANGED(r"\.filter\(.*\)", "")),
    ("linked-before-clearing", STALE, GONE),
    ("circle-by-a-lock", LOST, CHANGED("if !waits", "if false")),
    ("lock-handed-for-ever", CLEAR, GONE),
    ("lock-linked-to-who-ended", STALE, CHANGED(r"if holder\.has_ended\(\)", "if false")),
    (
        "unlocked-on-its-way",
        COMPARISON,
        CHANGED(r"holder\.handed_lock\(\) != Some\(lock\)", "holder == holder"),
    ),
    ("held-by-nobody", LOST, GONE),
    ("linked-to-who-had-it", STALE, NEVER),
    ("next-holder-not-urged", LOST, NEVER),
    ("holder-kept", STALE, CHANGED(r"e\.is_watcher\(\)", "false")),
)

# Of the shim, with the tests of tests/python that are to catch them.
SHIM = (
    ("sleeper-not-roused", LOST, NEVER, ("unix_flag_thread*", "unix_threadsafe*")),
    ("flag-of-the-mail-not-taken", LOST, CHANGED("up_settle.*;", "break;"), ("flag*",)),
    ("flag-not-cleared", CLEAR, GONE, ("flag*",)),
    ("data-written-and-kept", LOST, GONE, ("sync_data*",)),
    ("woken-and-forgotten", LOST, ALWAYS, ("wake_*",)),
    (
        "read-tries-for-ever",
        FAIRNESS,
        CHANGED(r" && loop->at_once < UP_AT_ONCE", ""),
        ("unix_stream_native",),
    ),
    ("closed-and-not-woken", LOST, CHANGED(r"up_stream_wake\(.*", ";"), ("stream_close*",)),
    ("closed-twice", STALE, CHANGED(r"if .* {", "if (true) {"), ("stream_close*",)),
    ("failed-handshake-left-open", STALE, CHANGED(r"raw.close\(\)", "pass"), ("unix_tls*",)),
    ("tls-client-waits", LOST, CHANGED("= dest.*;", "= false;"), ("unix_tls*",)),
    (
        "tls-sends-more-than-held",
        LOST,
        CHANGED(r"memoryview\(buf\)\[.*", "memoryview(buf)"),
        ("unix_tls*",),
    ),
    (
        "connection-that-nobody-has",
        STALE,
        CHANGED(r"s.close\(\)", "pass"),
        ("unix_timeout_races",),
    ),
    (
        "bytes-that-came-before",
        LOST,
        CHANGED(r"= self->len;", "= self->len = 0;"),
        ("unix_stream_native", "unix_timeout_races"),
    ),
    ("put-twice", CLEAR, GONE, ("queue*",)),
    ("yielded-for-ever", CLEAR, GONE, ("yield*", "task_cancel*")),
    ("condition-kept", CLEAR, GONE, ("when*",)),
    (
        "callback-that-ran",
        STALE,
        CHANGED(r"self->entry.data = self->args", "self->args"),
        ("callback*",),
    ),
    ("callback-cancelled-in-its-queue", STALE, GONE, ("callback*",)),
    ("shut-and-waiting", LOST, GONE, ("queue_shutdown*",)),
    (
        "joined-by-callbacks-only",
        STALE,
        CHANGED(r"is_done_callback\(joiner\)", "false"),
        ("task_*", "gather*"),
    ),
    ("missed-at-the-end", LOST, GONE, ("deadline",)),
    ("data-of-another", STALE, GONE, ("task_await*",)),
    ("dropped-and-waiting", STALE, GONE, ("run_new*",)),
    ("known-after-three-loops", STALE, GONE, ("run_new*",)),
    ("cancels-begin-anew", COMPARISON, CHANGED("-7", "-15"), ("timeout_uncancel",)),
    ("known-for-ever", STALE, CHANGED(r"return .*;", "return true;"), ("run_new*",)),
    ("task-of-the-loop-before", STALE, GONE, ("run_new*", "task_cancel*")),
)

# Of what a port is built with. Tests of tests/recipes.py are to catch them, or those of tests/refusals.py: (script, names...).
PORTS = (
    ("executable-without-options", MISBUILT, NOTHING, ("recipes", "cmake_build")),
    ("executable-without-definitions", MISBUILT, NOTHING, ("recipes", "cmake_build")),
    ("esp32-without-its-wait", MISBUILT, NOTHING, ("recipes", "cmake_build")),
    ("esp32-without-its-hook", MISBUILT, NOTHING, ("recipes", "cmake_build")),
    (
        "frozen-in-internal-flash",
        MISBUILT,
        CHANGED("LD_FILES := .*PYBD_SF2.ld ", "LD_FILES := "),
        ("recipes", "pybd_sf2"),
    ),
    ("any-wait-for-freertos", MISBUILT, CHANGED("#if .*", "#if 0"), ("refusals",)),
    (
        "freertos-known-by-definitions-only",
        MISBUILT,
        CHANGED(r" \|\| defined\(INC_FREERTOS_H\)", ""),
        ("refusals",),
    ),
    ("waits-without-a-fence", LOST, GONE, ("recipes", "freertos_wait")),
    ("wakes-without-a-fence", LOST, GONE, ("recipes", "freertos_wait")),
    ("wakes-nobody", LOST, GONE, ("recipes", "freertos_wait")),
    ("wakes-nobody-from-an-interrupt", LOST, GONE, ("recipes", "freertos_wait")),
    ("wakes-no-thread", LOST, GONE, ("recipes", "freertos_wait")),
    ("wakes-no-thread-from-an-interrupt", LOST, GONE, ("recipes", "freertos_wait")),
    ("thread-sleeps-as-main", LOST, CHANGED("own .*THREAD", "MAIN"), ("recipes", "freertos_wait")),
    ("timer-of-a-deleted-thread", CLEAR, GONE, ("recipes", "freertos_wait")),
    ("two-ticks", COMPARISON, CHANGED("1\\)", "2)"), ("recipes", "freertos_wait")),
)
ALL = CORE + SHIM + PORTS


def run(log, *argv, timeout=900, **env):
    """Run a command in the copy; its status (None: not done in time) and what it printed."""
    with (WORK / log).open("w") as out:
        process = subprocess.Popen(
            [str(arg) for arg in argv],
            cwd=COPY,
            env=dict(os.environ, **env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = None
    return status, (WORK / log).read_text(errors="replace")


def refresh(tree):
    """Make the copy what the project is, with a build folder of its own; old files keep their times."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.check_output(listed, cwd=ROOT, text=True).split("\0")
    wanted = {name for name in names if name and (ROOT / name).is_file()}
    for file in COPY.rglob("*"):
        name = str(file.relative_to(COPY))
        if not name.startswith("build") and file.is_file() and name not in wanted:
            file.unlink()
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if not target.exists() or source.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)
    (COPY / "build").mkdir(exist_ok=True)
    for shared in ("micropython", "venv", "http"):
        link = COPY / "build" / shared
        if (ROOT / "build" / shared).exists() and not link.exists():
            link.symlink_to(ROOT / "build" / shared)
    return [] if tree == ROOT / "build/micropython" else [f"MPY_DIR={tree}"]


def uncommented(line):
    """A line of code without the comment at its end."""
    return re.sub(r"\s*(?://|#(?!\w)).*", "", line)


def marks(root):
    """{name: [(file, the number of the line with the mark)]} of all marks in the sources."""
    found = {}
    for file in sorted(file for pattern in SOURCES for file in root.glob(pattern)):
        for number, line in enumerate(file.read_text().splitlines()):
            mark = MARK.search(line)
            if mark:
                found.setdefault(mark[1], []).append((file, number))
    return found


def mutated(root, name, change):
    """The file that has this mark, and its text with the mutation in it; ValueError if it does not fit."""
    places = marks(root).get(name, [])
    if len(places) != 1:
        raise ValueError(f"{name}: marked {len(places)} times, not once")
    file, number = places[0]
    lines = file.read_text().splitlines()
    while not uncommented(lines[number]).strip():
        number += 1  # the mark has a line of its own
    try:
        lines[number:] = change(lines[number:])
    except ValueError as problem:
        raise ValueError(f"{name}: {file.relative_to(root)}:{number + 1}: {problem}") from None
    return file, "\n".join(lines) + "\n"


def cargo(log):
    """Cargo's tests of order and of nothing lost; the names of those that fail."""
    test = ["cargo", "test", "--target-dir", "build/cargo", "--no-fail-fast"]
    for name in ("rules", "mailbox", "model", "replay"):
        test += ["--test", name]
    status, text = run(f"{log}-build.log", *test, "--no-run", CARGO_INCREMENTAL="0")
    if status != 0:
        return None, text
    # Fewer cases than in `make test`: what is caught here is caught there.
    few = {
        "CARGO_INCREMENTAL": "0",
        "PROPTEST_CASES": "200",
        "REPLAY_OPS": "100000",
        "RUST_BACKTRACE": "0",
    }
    status, text = run(f"{log}.log", *test, timeout=150, **few)
    failed = re.findall(r"^test (\S+) \.\.\. FAILED", text, re.MULTILINE)
    if status is None:
        failed.append("(it hangs)")
    elif status != 0 and not failed:
        failed.append("(it crashes)")
    return failed, text


def firmware(log, make, patterns):
    """These tests of tests/python on the unix firmware; the names of those that fail."""
    status, text = run(f"{log}-build.log", "make", "--no-print-directory", "unix", *make)
    if status != 0:
        return None, text
    tests = sorted(
        {test for pattern in patterns for test in COPY.glob(f"tests/python/{pattern}.py")}
    )
    if not tests:
        return None, f"no test fits {patterns}"
    command = (sys.executable, "tests/run.py", "--timeout", "30", "build/unix/micropython")
    text = run(f"{log}.log", *command, *tests)[1]
    if len(re.findall(r"^(?:pass|fail|skip) ", text, re.MULTILINE)) < len(tests):
        return None, text  # they did not run
    return re.findall(r"^fail (\S+)", text, re.MULTILINE), text


def port(log, tree, script, *names):
    """These tests of recipes.py or refusals.py; the names of those that fail."""
    _, text = run(f"{log}.log", sys.executable, f"tests/{script}.py", tree, *names)
    total = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
    if not total or not any(map(int, total[0])):
        return None, text  # they did not run
    return re.findall(r"^fail ([^:]+)", text, re.MULTILINE), text


def attempt(mutation, make, tree):
    """Make a mutation, run the tests, undo it; what caught it."""
    name, _, change, *tests = mutation
    target, text = mutated(COPY, name, change)
    before = target.read_text()
    target.write_text(text)
    try:
        if mutation in PORTS:
            return port(name, tree, *tests[0])
        return firmware(name, make, *tests) if tests else cargo(name)
    finally:
        target.write_text(before)


def main():
    """Try all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only see whether each still fits")
    parser.add_argument("--tree", type=Path, default=ROOT / "build/micropython")
    parser.add_argument("names", nargs="*", help="mutations; all of them if none is named")
    args = parser.parse_args()
    chosen = [m for m in ALL if not args.names or m[0] in args.names]
    if not chosen or len(chosen) < len(args.names):
        parser.error("there are: " + ", ".join(m[0] for m in ALL))

    WORK.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    unfit = set()
    for mutation in chosen:
        try:
            mutated(ROOT, mutation[0], mutation[2])
            passed += args.check
        except (ValueError, OSError) as problem:
            failed += 1
            unfit.add(mutation[0])
            print(problem)
    found = marks(ROOT)
    for name in sorted(set(found) - {m[0] for m in ALL}):
        failed += 1
        print(f"{name}: marked in {found[name][0][0].relative_to(ROOT)}, and no mutation")
    if not args.check:
        COPY.mkdir(exist_ok=True)
        make = refresh(args.tree)
        ports = sorted({m[3] for m in chosen if m in PORTS})
        patterns = sorted({p for m in chosen if m in SHIM for p in m[3]})
        if ports and not patterns:
            patterns = ["yield*"]  # the recipes need the firmware's archive and names
        # The copy itself is sound, or nothing that follows means anything.
        for failing, text in (
            cargo("sound") if any(len(m) == 3 for m in chosen) else ([], ""),
            firmware("sound-shim", make, patterns) if patterns else ([], ""),
            *(port("sound-port", args.tree, *test) for test in ports),
        ):
            if failing or failing is None:
                print(f"without any mutation: {failing}", *text.splitlines()[-20:], sep="\n")
                sys.exit("0 passed, 1 failed")
        for mutation in chosen:
            name, kind = mutation[:2]
            if name in unfit:
                continue
            file = found[name][0][0].relative_to(ROOT)
            began = time.monotonic()
            failing, text = attempt(mutation, make, args.tree)
            seconds = time.monotonic() - began
            if failing:
                passed += 1
                more = f" and {len(failing) - 3} more" if len(failing) > 3 else ""
                print(
                    f"caught {name} ({kind}, {file}, {seconds:.0f} s) by {', '.join(failing[:3])}{more}"
                )
            else:
                failed += 1
                why = "does not build or run" if failing is None else "is not caught"
                print(f"{name} ({kind}, {file}) {why}", *text.splitlines()[-5:], sep="\n    ")
            sys.stdout.flush()
        refresh(args.tree)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
