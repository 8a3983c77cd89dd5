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

COMPARISON, LOST, CLEAR, STALE, LINK, FAIRNESS = (
    "a wrong comparison",
    "a lost wake-up",
    "a missing clear",
    "a stale reference",
    "a wrong link",
    "a skipped fairness check",
)

# Of the core: name, kind, file, what is there, what it becomes. Cargo's tests are to catch them.
CORE = (
    (
        "ties-reversed",
        COMPARISON,
        "src/schedule/timers.rs",
        "if due.since(there.due()) >= 0 {",
        "if due.since(there.due()) > 0 {",
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
        "src/schedule/policy.rs",
        "now.since(low.due()) > limit.cast_signed()",
        "now.since(low.due()) >= limit.cast_signed()",
    ),
    (
        "timer-behind-its-tie",
        COMPARISON,
        "src/schedule/policy.rs",
        "late > e.due().since(now)",
        "late >= e.due().since(now)",
    ),
    (
        "cancelled-in-the-tick-it-is-due",
        COMPARISON,
        "src/schedule/policy.rs",
        "Kind::Timer => e.due().since(now) <= 0,",
        "Kind::Timer => e.due().since(now) < 0,",
    ),
    (
        "cancelled-at-any-level",
        COMPARISON,
        "src/schedule/policy.rs",
        "} && (e.queue() == e.level_bits() || e.queue() == HIGH);",
        "};",
    ),
    (
        "clock-read-backwards",
        COMPARISON,
        "src/schedule/ready.rs",
        "&& due.since(last.due()) < 0",
        "&& due.since(last.due()) > 0",
    ),
    (
        "mail-not-announced",
        LOST,
        "src/sync/mailbox.rs",
        "            if fits {\n                self.pending.store(1, Ordering::Release);\n            }\n",
        "",
    ),
    (
        "loss-not-announced",
        LOST,
        "src/sync/mailbox.rs",
        ".store(u32::from(inner.lost != 0), Ordering::Relaxed)",
        ".store(0, Ordering::Relaxed)",
    ),
    (
        "mail-of-before-a-reset",
        CLEAR,
        "src/ffi.rs",
        "critical_section::with(|_| mail.write_bytes(0, 1))",
        "while mailbox(mail).take().is_some() {}",
    ),
    (
        "next-condition-skipped",
        LOST,
        "src/schedule/poll.rs",
        "self.cursor.set(ring.after(e));",
        "self.cursor.set(None);",
    ),
    (
        "cursor-at-who-left",
        STALE,
        "src/schedule/poll.rs",
        "if self.cursor.get() == Some(e) {",
        "if false {",
    ),
    (
        "hang-up-wakes-nobody",
        LOST,
        "src/schedule/poll.rs",
        "found & (self.events | !(READ | WRITE | TRUE)) != 0",
        "found & self.events != 0",
    ),
    (
        "nearest-of-two-levels",
        LOST,
        "src/schedule/policy.rs",
        "for timers in &self.timers {",
        "for timers in &self.timers[..2] {",
    ),
    (
        "served-for-ever",
        CLEAR,
        "src/schedule/fairness.rs",
        "if let Some(e) = served.take() {\n                    e.set_served(false);",
        "if let Some(e) = served.take() {\n                    e.set_served(true);",
    ),
    (
        "served-though-ended",
        STALE,
        "src/schedule/fairness.rs",
        "                place.set(None);\n",
        "",
    ),
    (
        "marked-though-ended",
        STALE,
        "src/schedule/policy.rs",
        "        self.fairness.forget(e);\n",
        "",
    ),
    (
        "kept-in-its-ring",
        CLEAR,
        "src/schedule/policy.rs",
        "None if self.ready.linked.get() => self.detach(ran),",
        "None if false => self.detach(ran),",
    ),
    (
        "high-not-noticed",
        LOST,
        "src/schedule/policy.rs",
        "        if level == HIGH {\n            self.ready.plain.set(false);\n        }\n",
        "",
    ),
    (
        "condition-not-noticed",
        LOST,
        "src/schedule/policy.rs",
        "        self.ready.plain.set(false);\n        self.poll.push_condition(e);",
        "        self.poll.push_condition(e);",
    ),
    (
        "stream-not-noticed",
        LOST,
        "src/schedule/policy.rs",
        "        self.ready.plain.set(false);\n        self.poll.push_stream(e, interest)",
        "        self.poll.push_stream(e, interest)",
    ),
    (
        "limit-not-noticed",
        LOST,
        "src/schedule/policy.rs",
        "self.fairness.max_overdue.set(ms.min(MAX_DELAY));\n        self.ready.plain.set(false);",
        "self.fairness.max_overdue.set(ms.min(MAX_DELAY));",
    ),
    (
        "fresh-stream-not-noticed",
        LOST,
        "src/schedule/poll.rs",
        "            self.fresh.update(|fresh| fresh | !interest.fd);\n",
        "",
    ),
    (
        "turned-in-another-level",
        COMPARISON,
        "src/schedule/ready.rs",
        "self.linked.get() && e.queue() == level",
        "self.linked.get()",
    ),
    (
        "epoch-not-asked",
        STALE,
        "src/sync/wait_list.rs",
        "if first.due().raw() == epoch {",
        "if true {",
    ),
    (
        "epoch-not-counted",
        STALE,
        "src/schedule/policy.rs",
        "        self.epoch.update(|epoch| epoch.wrapping_add(1));\n",
        "",
    ),
    (
        "asked-again-in-the-tick",
        CLEAR,
        "src/schedule/poll.rs",
        "            self.fresh.set(false);\n",
        "",
    ),
    (
        "fast-for-ever",
        CLEAR,
        "src/schedule/poll.rs",
        "            self.fast.update(|n| n - u32::from(interest.fast));\n",
        "",
    ),
    (
        "item-left-in-its-slot",
        CLEAR,
        "src/sync/mailbox.rs",
        "inner.queue.peek().map(Cell::take)",
        "inner.queue.peek().map(Cell::get)",
    ),
    (
        "linked-though-out",
        CLEAR,
        "src/schedule/ready.rs",
        "if self.running.get() == Some(e) {\n            self.linked.set(false);\n        }\n",
        "",
    ),
    (
        "links-kept-in-a-ring",
        STALE,
        "src/ring.rs",
        "        e.unlink();\n",
        "",
    ),
    (
        "links-kept-in-a-tree",
        STALE,
        "src/schedule/timers.rs",
        "        e.unlink();\n",
        "",
    ),
    (
        "third-link-kept",
        STALE,
        "src/entry.rs",
        "        self.set_kind(Kind::Idle);\n        self.up.set(Up { parent: None });",
        "        self.set_kind(Kind::Idle);",
    ),
    (
        "front-that-left",
        STALE,
        "src/ring.rs",
        "if self.first() == Some(e) {",
        "if false {",
    ),
    (
        "youngest-not-linked",
        LINK,
        "src/ring.rs",
        "                prev.next.set(Some(e));\n",
        "",
    ),
    (
        "removed-on-the-wrong-side",
        LINK,
        "src/schedule/timers.rs",
        "let mut side = Self::side(parent, e);",
        "let mut side = Self::side(parent, e).other();",
    ),
    (
        "earliest-not-the-least",
        LINK,
        "src/schedule/timers.rs",
        "                next = at;\n                at = there.prev.get();",
        "                next = at;\n                at = there.next.get();",
    ),
    (
        "yield-of-another",
        STALE,
        "src/schedule/policy.rs",
        "        if self.ready.running.get() == Some(e) {\n            self.ready.running.set(None);",
        "        if false {\n            self.ready.running.set(None);",
    ),
    (
        "owners-kept",
        CLEAR,
        "src/schedule/policy.rs",
        "let Some(e) = owner.take() else { continue };",
        "let Some(e) = *owner else { continue };",
    ),
    (
        "row-of-another-descriptor",
        STALE,
        "src/schedule/policy.rs",
        "&& interest.key as i32 == row.fd",
        "",
    ),
    (
        "row-of-who-left",
        STALE,
        "src/schedule/policy.rs",
        "if row.revents != 0 && waits {",
        "if row.revents != 0 {",
    ),
    (
        "high-twice-in-a-row",
        FAIRNESS,
        "src/schedule/policy.rs",
        "&& !e.served()\n            && !self.fairness.high_is_over()",
        "&& !self.fairness.high_is_over()",
    ),
    (
        "high-without-end",
        FAIRNESS,
        "src/schedule/policy.rs",
        "&& !e.served()\n            && !self.fairness.high_is_over()",
        "&& !e.served()",
    ),
    (
        "row-over-the-wait",
        FAIRNESS,
        "src/schedule/policy.rs",
        "if self.fairness.high_is_over() {\n            self.fairness.end_row();\n        }\n",
        "",
    ),
    (
        "overdue-back-to-back",
        FAIRNESS,
        "src/schedule/policy.rs",
        "&& (normal.is_none() || !self.fairness.overdue_low.get())",
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
        "if (!(task->entry.flags & UP_TASK_AWAITING)) {",
        "if (true) {",
        ("wake_*",),
    ),
    (
        "handed-and-forgotten",
        LOST,
        "micropython-bindings/module.c",
        "            up_sem_refuse((up_task_t *)entry);\n",
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
        "        loop->again = UP_NOT;\n        up_entry_t *entry;",
        "        up_entry_t *entry;",
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
        "callback-that-ran",
        STALE,
        "micropython-bindings/loop.c",
        "    self->fun = self->args = MP_OBJ_NULL;\n",
        "    self->args = MP_OBJ_NULL;\n",
        ("callback*",),
    ),
    (
        "callback-cancelled-in-its-queue",
        STALE,
        "micropython-bindings/loop.c",
        "    up_core_forget(&up_loop()->core, &self->entry); // if it is not in the mailbox\n",
        "",
        ("callback*",),
    ),
    (
        "known-for-ever",
        STALE,
        "micropython-bindings/task.c",
        "return task->entry.flags >> 8 == loop->epoch;",
        "return true;",
        ("run_new*",),
    ),
    (
        "task-of-the-loop-before",
        STALE,
        "micropython-bindings/module.c",
        "    loop->epoch = loop->epoch == 255 ? 1 : loop->epoch + 1;\n",
        "",
        ("run_new*", "task_cancel*"),
    ),
)

# Of what a port is built with. Tests of tests/recipes.py are to catch them, or those of tests/refusals.py: (script, names...).
MISBUILT = "a misbuild"
PORTS = (
    (
        "executable-without-options",
        MISBUILT,
        "micropython-bindings/micropython.cmake",
        "    target_compile_options(usermod_uasyncio_priority INTERFACE ${up_options})\n",
        "",
        ("recipes", "cmake_build"),
    ),
    (
        "executable-without-definitions",
        MISBUILT,
        "micropython-bindings/micropython.cmake",
        "    target_compile_definitions(usermod_uasyncio_priority INTERFACE ${up_definitions})\n",
        "",
        ("recipes", "cmake_build"),
    ),
    (
        "esp32-without-its-wait",
        MISBUILT,
        "ports/esp32/config.h",
        "#define MICROPY_UASYNCIO_PRIORITY_WAIT MICROPY_UASYNCIO_PRIORITY_WAIT_FREERTOS\n",
        "",
        ("recipes", "cmake_build"),
    ),
    (
        "esp32-without-its-hook",
        MISBUILT,
        "ports/esp32/config.h",
        "#define MICROPY_SCHED_HOOK_SCHEDULED mp_uasyncio_priority_wake()\n",
        "",
        ("recipes", "cmake_build"),
    ),
    (
        "any-wait-for-freertos",
        MISBUILT,
        "micropython-bindings/requirements.h",
        "#if (defined(ESP_PLATFORM) || defined(INC_FREERTOS_H)) && !UP_WAIT_IS(FREERTOS)",
        "#if 0",
        ("refusals",),
    ),
    (
        "freertos-known-by-definitions-only",
        MISBUILT,
        "micropython-bindings/requirements.h",
        "(defined(ESP_PLATFORM) || defined(INC_FREERTOS_H))",
        "defined(ESP_PLATFORM)",
        ("refusals",),
    ),
    (
        "waits-without-a-fence",
        LOST,
        "micropython-bindings/idle.c",
        "    up_fence();\n    if (!up_mail_pending(up_mail())",
        "    if (!up_mail_pending(up_mail())",
        ("recipes", "freertos_wait"),
    ),
    (
        "wakes-without-a-fence",
        LOST,
        "micropython-bindings/idle.c",
        "    up_fence();\n    TaskHandle_t",
        "    TaskHandle_t",
        ("recipes", "freertos_wait"),
    ),
    (
        "wakes-nobody",
        LOST,
        "micropython-bindings/idle.c",
        "        xTaskNotifyGive(task);\n",
        "",
        ("recipes", "freertos_wait"),
    ),
    (
        "wakes-nobody-from-an-interrupt",
        LOST,
        "micropython-bindings/idle.c",
        "        vTaskNotifyGiveFromISR(task, &woken);\n",
        "",
        ("recipes", "freertos_wait"),
    ),
    (
        "two-ticks",
        COMPARISON,
        "micropython-bindings/idle.c",
        "ulTaskNotifyTake(pdTRUE, 1);",
        "ulTaskNotifyTake(pdTRUE, 2);",
        ("recipes", "freertos_wait"),
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


def port(log, tree, script, *names):
    """These tests of recipes.py or refusals.py; the names of those that fail."""
    status, text = run(f"{log}.log", sys.executable, f"tests/{script}.py", tree, *names)
    total = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
    if not total or not any(map(int, total[0])):
        return None, text  # they did not run
    return re.findall(r"^fail ([^:]+)", text, re.MULTILINE), text


def attempt(mutation, make, tree):
    """Make a mutation, run the tests, undo it; what caught it."""
    name, _, file, old, new = mutation[:5]
    target = COPY / file
    before = target.read_text()
    target.write_text(mutated(COPY, name, file, old, new))
    try:
        if len(mutation) == 5:
            return cargo(name)
        if mutation in PORTS:
            return port(name, tree, *mutation[5])
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
    chosen = [m for m in CORE + SHIM + PORTS if not args.names or m[0] in args.names]
    if not chosen or len(chosen) < len(args.names):
        parser.error("there are: " + ", ".join(m[0] for m in CORE + SHIM + PORTS))

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
        ports = sorted({m[5] for m in chosen if m in PORTS})
        patterns = sorted({p for m in chosen if m in SHIM for p in m[5]})
        if ports and not patterns:
            patterns = ["yield*"]
        # The copy itself is sound, or nothing that follows means anything.
        for failing, text in (
            cargo("sound") if any(len(m) == 5 for m in chosen) else ([], ""),
            # The recipes need its archive and names too.
            firmware("sound-shim", make, patterns) if patterns else ([], ""),
            *(port("sound-port", args.tree, *test) for test in ports),
        ):
            if failing or failing is None:
                print(f"without any mutation: {failing}", *text.splitlines()[-20:], sep="\n")
                sys.exit("0 passed, 1 failed")
        for mutation in chosen:
            name, kind, file = mutation[:3]
            if name in unfit:
                continue
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
