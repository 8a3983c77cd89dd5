#!/usr/bin/env python3
"""Break the code on purpose, one small thing at a time, and see a test fail: mutations.py [--check] [--tree MPY] [NAME...]

Each mutation is a line or two of the source and what they become, in a copy of the project under build/mutations. The
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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build/mutations"
COPY = WORK / "tree"

COMPARISON, LOST, CLEAR, STALE, FAIRNESS = (
    "a wrong comparison",
    "a lost wake-up",
    "a missing clear",
    "a stale handle",
    "a skipped fairness check",
)

# Of the core: name, kind, file, what is there, what it becomes. Cargo's tests are to catch them.
CORE = (
    (
        "ties-reversed",
        COMPARISON,
        "src/timers.rs",
        "side = if due.since(there.due.get()) < 0 {",
        "side = if due.since(there.due.get()) <= 0 {",
    ),
    (
        "time-not-cyclic",
        COMPARISON,
        "src/tick.rs",
        "self.0.wrapping_sub(earlier.0).cast_signed()",
        "if self.0 < earlier.0 { -1 } else { (self.0 - earlier.0).cast_signed() }",
    ),
    (
        "overdue-by-as-much",
        COMPARISON,
        "src/scheduler.rs",
        "now.since(self.store[low].due.get()) > limit.cast_signed()",
        "now.since(self.store[low].due.get()) >= limit.cast_signed()",
    ),
    (
        "timer-behind-its-tie",
        COMPARISON,
        "src/scheduler.rs",
        "late > self.store[ready].due.get().since(now)",
        "late >= self.store[ready].due.get().since(now)",
    ),
    (
        "mail-not-announced",
        LOST,
        "src/mailbox.rs",
        "            if fits {\n                self.pending.store(1, Ordering::Release);\n            }\n",
        "",
    ),
    (
        "loss-not-announced",
        LOST,
        "src/mailbox.rs",
        ".store(u32::from(inner.lost != 0), Ordering::Relaxed)",
        ".store(0, Ordering::Relaxed)",
    ),
    (
        "next-condition-skipped",
        LOST,
        "src/questions.rs",
        "            q.cursor.set(e.link[NEXT].get());\n        }",
        "            q.cursor.set(CONDITIONS);\n        }",
    ),
    (
        "hang-up-wakes-nobody",
        LOST,
        "src/streams.rs",
        "found & (self.events | !(READ | WRITE | TRUE)) != 0",
        "found & self.events != 0",
    ),
    (
        "nearest-of-two-levels",
        LOST,
        "src/scheduler.rs",
        "for tree in TIMERS..HEADS {",
        "for tree in TIMERS..TIMERS + 2 {",
    ),
    (
        "served-for-ever",
        CLEAR,
        "src/turns.rs",
        "e.set_served(false);",
        "e.set_served(true);",
    ),
    (
        "kept-in-its-ring",
        CLEAR,
        "src/scheduler.rs",
        "        } else if self.store.ready.linked.get() {\n            self.detach(self.store.ready.running.get());\n",
        "",
    ),
    (
        "high-not-noticed",
        LOST,
        "src/scheduler.rs",
        "        if level == HIGH {\n            self.store.ready.plain.set(false);\n        }\n",
        "",
    ),
    (
        "question-not-noticed",
        LOST,
        "src/questions.rs",
        "        self.ready.plain.set(false);\n",
        "",
    ),
    (
        "turned-in-another-level",
        COMPARISON,
        "src/ready.rs",
        "self.ready.linked.get() && e.queue() == level",
        "self.ready.linked.get()",
    ),
    (
        "list-entry-kept",
        CLEAR,
        "src/scheduler.rs",
        "                    store.release(e.link[2].get()); // nobody else waits there\n",
        "",
    ),
    (
        "asked-again-in-the-tick",
        CLEAR,
        "src/questions.rs",
        "            q.fresh.set(false);\n",
        "",
    ),
    (
        "handle-lives-on",
        STALE,
        "src/store.rs",
        "        e.next_generation();\n        self.insert(FREE, i, e);",
        "        e.set_kind(Kind::Free);\n        self.insert(FREE, i, e);",
    ),
    (
        "generation-not-asked",
        STALE,
        "src/store.rs",
        "e.is_live() && Handle::new(i, e.generation()) == h",
        "e.is_live() && Handle::new(i, e.generation()).index() == h.index()",
    ),
    (
        "stamp-not-asked",
        STALE,
        "src/waitlist.rs",
        "e.kind() == Kind::List && e.due.get().raw() == self.stamp",
        "e.kind() == Kind::List",
    ),
    (
        "yield-of-another",
        STALE,
        "src/scheduler.rs",
        "            if self.store.ready.running.get() == i {",
        "            if false {",
    ),
    (
        "high-twice-in-a-row",
        FAIRNESS,
        "src/scheduler.rs",
        "high == NONE || e.served() || self.store.turns.high_is_over()",
        "high == NONE || self.store.turns.high_is_over()",
    ),
    (
        "high-without-end",
        FAIRNESS,
        "src/scheduler.rs",
        "high == NONE || e.served() || self.store.turns.high_is_over()",
        "high == NONE || e.served()",
    ),
    (
        "overdue-back-to-back",
        FAIRNESS,
        "src/scheduler.rs",
        "&& (normal == NONE || !self.store.turns.overdue_low.get())",
        "",
    ),
)

# Of the shim, with the tests of tests/python that are to catch them.
SHIM = (
    (
        "full-mail-not-counted",
        LOST,
        "micropython-bindings/flag.c",
        "            up_mail_lose(up_mail()); // not for good: up_flags_look() finds it\n",
        "",
        ("flag*",),
    ),
    (
        "full-mail-not-looked-after",
        LOST,
        "micropython-bindings/mail.c",
        "        up_flags_look(loop);\n",
        "",
        ("flag*",),
    ),
    (
        "sleeper-not-roused",
        LOST,
        "micropython-bindings/idle.c",
        "    if (__atomic_load_n(&idle, __ATOMIC_SEQ_CST)) {",
        "    if (idle == 2) {",
        ("unix_flag_thread*", "unix_threadsafe*"),
    ),
    (
        "flag-wakes-one",
        LOST,
        "micropython-bindings/sync.c",
        "up_wake(loop, &self->waiters, self->level, SIZE_MAX);\n        up_store(&self->waited, false);",
        "up_wake(loop, &self->waiters, self->level, 1);\n        up_store(&self->waited, false);",
        ("event*", "flag*"),
    ),
    (
        "handed-and-not-taken",
        LOST,
        "micropython-bindings/resume.c",
        "        up_sem_pass_on(loop->calling); // it was handed something, and did not take it\n",
        "",
        ("lock*", "fault_sync*"),
    ),
    (
        "handed-and-cancelled",
        LOST,
        "micropython-bindings/task.c",
        "    up_sem_refuse(task);\n    mp_obj_t *data",
        "    mp_obj_t *data",
        ("lock*", "semaphore*", "queue*"),
    ),
    (
        "woken-and-forgotten",
        LOST,
        "micropython-bindings/task.c",
        "if (!(task->flags & UP_TASK_AWAITING)) {",
        "if (true) {",
        ("wake_*",),
    ),
    (
        "handed-and-forgotten",
        LOST,
        "micropython-bindings/module.c",
        "            up_sem_refuse(task);\n",
        "",
        ("run_new*",),
    ),
    (
        "put-twice",
        CLEAR,
        "micropython-bindings/queue.c",
        "        self->item = MP_OBJ_NULL;\n",
        "",
        ("queue*",),
    ),
    (
        "posted-for-ever",
        CLEAR,
        "micropython-bindings/mail.c",
        "up_store(&flag->posted, false); //",
        "//",
        ("flag*",),
    ),
    (
        "flag-stays-set",
        CLEAR,
        "micropython-bindings/sync.c",
        "            up_store(&self->set, false);\n        }\n        return MP_OBJ_STOP_ITERATION;",
        "        }\n        return MP_OBJ_STOP_ITERATION;",
        ("flag*",),
    ),
    (
        "yielded-for-ever",
        CLEAR,
        "micropython-bindings/resume.c",
        "        loop->again = UP_NOT;\n        uint64_t next",
        "        uint64_t next",
        ("yield*", "task_cancel*"),
    ),
    (
        "condition-kept",
        CLEAR,
        "micropython-bindings/awaitables.c",
        "    when->callback = MP_OBJ_NULL;\n    when->waiter = NULL;",
        "    when->waiter = NULL;",
        ("when*",),
    ),
    (
        "entry-of-a-callback-that-ran",
        STALE,
        "micropython-bindings/loop.c",
        "    self->handle = 0;\n    self->fun = self->args = MP_OBJ_NULL;",
        "    self->args = MP_OBJ_NULL;",
        ("callback*",),
    ),
    (
        "task-of-the-loop-before",
        STALE,
        "micropython-bindings/module.c",
        "            task->handle = 0;\n",
        "",
        ("run_new*", "task_cancel*"),
    ),
)


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


def mutated(root, name, file, old, new):
    """The file's text with the mutation in it, however it is indented; ValueError if it does not fit."""
    text = (root / file).read_text()
    places = list(re.finditer(r"\s+".join(map(re.escape, old.split())), text))
    if len(places) != 1:
        raise ValueError(f"{name}: found {len(places)} times in {file}, not once:\n{old}")
    return text[: places[0].start()] + new.strip() + text[places[0].end() :]


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


def attempt(mutation, make):
    """Make a mutation, run the tests, undo it; what caught it."""
    name, _, file, old, new = mutation[:5]
    target = COPY / file
    before = target.read_text()
    target.write_text(mutated(COPY, name, file, old, new))
    try:
        if len(mutation) == 5:
            return cargo(name)
        return firmware(name, make, mutation[5])
    finally:
        target.write_text(before)


def main():
    """Try all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only see whether each still fits")
    parser.add_argument("--tree", type=Path, default=ROOT / "build/micropython")
    parser.add_argument("names", nargs="*", help="mutations; all of them if none is named")
    args = parser.parse_args()
    chosen = [m for m in CORE + SHIM if not args.names or m[0] in args.names]
    if not chosen or len(chosen) < len(args.names):
        parser.error("there are: " + ", ".join(m[0] for m in CORE + SHIM))

    WORK.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    unfit = set()
    for mutation in chosen:
        try:
            mutated(ROOT, mutation[0], *mutation[2:5])
            passed += args.check
        except (ValueError, OSError) as problem:
            failed += 1
            unfit.add(mutation[0])
            print(problem)
    if not args.check:
        COPY.mkdir(exist_ok=True)
        make = refresh(args.tree)
        # The copy itself is sound, or nothing that follows means anything.
        for failing, text in (
            cargo("sound") if any(len(m) == 5 for m in chosen) else ([], ""),
            firmware("sound-shim", make, sorted({p for m in chosen for p in m[5:] for p in p}))
            if any(len(m) > 5 for m in chosen)
            else ([], ""),
        ):
            if failing or failing is None:
                print(f"without any mutation: {failing}", *text.splitlines()[-20:], sep="\n")
                sys.exit("0 passed, 1 failed")
        for mutation in chosen:
            name, kind, file = mutation[:3]
            if name in unfit:
                continue
            began = time.monotonic()
            failing, text = attempt(mutation, make)
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
