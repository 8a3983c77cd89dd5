#!/usr/bin/env python3
"""All tests, as `make test` runs them: every group, whatever became of the one before, then one line of totals.

A group is a function in GROUPS that returns (passed, failed, skipped). Its output goes to build/logs/test-NAME.log.
Arguments choose groups: a tier (TIERS), or those whose names begin so. What runs on a machine (this one, a board) is
counted for it too. Before a group runs, a line says which it is and how long it took the last time; on a terminal the
group's result replaces it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/logs"
TESTED = ROOT / "build/tested.json"  # what tools/release.py says was tested
TIMES = ROOT / "build/test-times.json"  # how many seconds each group took the last time
BIN = ROOT / "build/venv/bin"
MICROPYTHON = ROOT / "build/unix/micropython"
ASAN = ROOT / "build/asan/micropython"
ASSERTS = ROOT / "build/asserts/micropython"
STANDARD = ROOT / "build/standard/micropython"
GIL = ROOT / "build/gil/micropython"
NEWEST = ROOT / "build/newest/unix/micropython"
NEWEST_STANDARD = ROOT / "build/newest/standard/micropython"
NEWEST_TREE = Path(os.environ.get("MPY_NEWEST", ROOT / "build/micropython-newest"))
TSAN = ROOT / "build/tsan/micropython"
TREE = Path(os.environ.get("MPY_TREE", ROOT / "build/micropython"))
TARGET = ("--target-dir", "build/cargo")
FAILED = []  # what run() saw fail
ONE = "--one"  # the argument with which attempt() starts this file

C_CODE = ("micropython-bindings/**/*.[ch]", "ports/**/*.[ch]", "tests/**/*.[ch]")
PYTHON_CODE = (
    "python",
    "benchmarks",
    "examples",
    "tests",
    "ports",
    "docs",
    "tools",
    "playground",
    "packaging",
)


def run(name, *argv, show=30):
    """Run a command with its output in a log; whether it went well, and that output.

    If it did not go well, show the last lines.
    """
    log = LOGS / f"test-{name}.log"
    with log.open("w") as out:
        status = subprocess.call(
            [str(arg) for arg in argv],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    text = log.read_text(errors="replace")
    if status != 0:
        print("\n".join(text.splitlines()[-show:]))
        print(f"Failed: {name}. All of it: {log.relative_to(ROOT)}")
        FAILED.append((name, why(text.splitlines())))
    return status == 0, text


def why(lines):
    """The lines of a log that say what failed, and what follows each: what differs."""
    bad = [n for n, line in enumerate(lines) if re.match("fail|worse:|no longer", line, re.I)]
    told = sorted({n for at in bad[:3] for n in range(at, min(at + 6, len(lines)))})
    return [lines[n] for n in told] or lines[-3:]


def on(machine):
    """A group whose tests run on that machine."""

    def mark(group):
        group.machine = machine
        return group

    return mark


def single(group=None, *, uses=None):
    """A group that keeps one core busy, and does not go by the clock. It runs beside another such, unless both use the same folder."""
    if group is None:
        return lambda group: single(group, uses=uses)
    group.single = True
    group.uses = uses
    return group


def may_run_beside(group, other):
    """Whether they do not disturb each other."""
    both = getattr(group, "single", False) and getattr(other, "single", False)
    return both and (group.uses is None or group.uses != other.uses)


def one(name, *argv):
    """A command that counts as one test."""
    return (1, 0, 0) if run(name, *argv)[0] else (0, 1, 0)


def files(*patterns):
    """The files of these patterns; to find none would be a check that cannot fail."""
    found = sorted(file for pattern in patterns for file in ROOT.glob(pattern))
    if not found:
        sys.exit(f"no file fits {patterns}")
    return found


def rustfmt():
    """Rust is formatted."""
    counts = (
        one("rustfmt", "cargo", "fmt", "--check"),
        one("rustfmt-fuzz", "rustfmt", "--check", "--edition=2024", *files("tests/fuzz/*.rs")),
    )
    return tuple(map(sum, zip(*counts)))


def clang_format():
    """C is formatted."""
    return one("clang-format", BIN / "clang-format", "--dry-run", "--Werror", *files(*C_CODE))


def ruff():
    """Python has no lints and is formatted."""
    paths = [path for path in PYTHON_CODE if (ROOT / path).exists()]
    lint = one("ruff-check", BIN / "ruff", "check", *paths)
    form = one("ruff-format", BIN / "ruff", "format", "--diff", *paths)
    return tuple(map(sum, zip(lint, form)))


def unsafe():
    """`unsafe` is in ffi.rs and entry.rs only, and what bindgen writes before its declarations."""
    # An `extern` block is `unsafe` since Rust 2024. This one declares, and nothing in it can run.
    declared = "bindings.rs", 'unsafe extern "C" {'
    found = [
        (file, number, line.strip())
        for file in files("src/**/*.rs", "micropython-bindings/*.rs")
        if file.relative_to(ROOT).as_posix() not in ("src/ffi.rs", "src/entry.rs")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if re.search(r"\bunsafe\b", line.split("//")[0])
    ]
    bad = [
        f"{file.relative_to(ROOT)}:{number}: {line}"
        for file, number, line in found
        if (file.name, line) != declared
    ]
    if len(found) - len(bad) != 1:
        bad.append(f"{declared} is there {len(found) - len(bad)} times, not once")
    for line in bad:
        print(line)
    return (0, 1, 0) if bad else (1, 0, 0)


def layout():
    """The shim's files are rooms: a header each, no needless include, no circle."""
    return counted("layout", "tests/layout.py")


def clippy():
    """Clippy has nothing to say."""
    wide = ("--all-targets", "--all-features")
    return one("clippy", "cargo", "clippy", *TARGET, *wide, "--", "-D", "warnings")


def cargo_test(name, *features):
    """Run cargo's tests with these features; what they count."""
    good, text = run(name, "cargo", "test", *TARGET, "--no-fail-fast", *features, show=200)
    results = re.findall(
        r"^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored", text, re.MULTILINE
    )
    passed, failed, ignored = (sum(map(int, column)) for column in zip(("0",) * 3, *results))
    if not (good and passed) and not failed:
        failed = 1  # it did not build, or it ran nothing
    return passed, failed, ignored


@single
def core():
    """The Rust core's tests, and the border's against its C double."""
    return cargo_test("cargo", "--features", "generate-bindings,c-double")


@single
def mutations():
    """The deliberate mistakes of tests/mutations.py still fit the code."""
    return counted("mutations", "tests/mutations.py", "--check")


def firmware():
    """The unix firmware builds."""
    return one("unix", "make", "--no-print-directory", "unix")


def no_panic():
    """The Rust object in the firmware has no panic path."""
    good, text = run("no-panic", "nm", ROOT / "build/unix/uasyncio_priority_core.o")
    bad = [line for line in text.splitlines() if "panicking" in line]
    for line in bad:
        print(line)
    return (1, 0, 0) if good and "up_core_next" in text and not bad else (0, 1, 0)


def counted(name, *argv):
    """A script of ours that closes with a line of totals; those."""
    text = run(name, sys.executable, *argv, show=200)[1]
    skipped = {}
    for test, why in re.findall(r"^skip ([^:\n]*)(.*)", text, re.MULTILINE):
        skipped.setdefault(why, []).append(test)
    for why, tests in skipped.items():
        print("skip", f"{len(tests)} tests{why}" if len(tests) > 9 else f"{', '.join(tests)}{why}")
    total = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", text, re.MULTILINE)
    return tuple(int(n or 0) for n in total[-1]) if total else (0, 1, 0)


@single
def stubs():
    """The type stubs say what the modules have."""
    return counted("stubs", "tests/stubs.py", MICROPYTHON)


@single
def docs_code():
    """The code in README, documents and stubs prints what they say."""
    good = counted("docs-code", "tests/docs_code.py", MICROPYTHON)
    for line in (LOGS / "test-docs-code.log").read_text().splitlines():
        if "blocks of code run" in line:
            print(line)
    return good


@single
def api():
    """Each public name has its page: signature, document, example, cost."""
    return counted("api", "tests/api.py", MICROPYTHON)


@single
def docs():
    """The site: each page is in its table of contents, each link leads somewhere."""
    return counted("docs", "docs/build.py", "--check")


@single
def stubs_package():
    """The stubs as a package: mypy and Pyright tell right from wrong by it."""
    return counted("stubs-package", "tests/stubs_package.py")


@single
def manifest():
    """python/manifest.py freezes what it should, also beside a port's own asyncio."""
    return counted("manifest", "tests/manifest.py", TREE)


@single
def refusals():
    """The module does not compile with settings it is not sound with."""
    return counted("refusals", "tests/refusals.py", TREE)


@single(uses="build/recipes")
def recipes():
    """Boards' firmware: what it lacks is said; our part compiles and links."""
    return counted("recipes", "tests/recipes.py", TREE)


def size():
    """Our part on Cortex-M4F takes no more flash than the budget says."""
    return counted("size", "tests/budget.py", "flash")


def budget():
    """Instructions of a step and of an interrupt, allocations, RAM and flash are within the budget."""
    good = counted("budget", "tests/budget.py", "steps")
    for line in (LOGS / "test-budget.log").read_text().splitlines():
        if line.startswith(("note", "now reached", "not reached")):
            print(line)
    return good


@on("unix")
def upstream():
    """MicroPython's own asyncio tests, under each name of our loop."""
    return counted("upstream", "tests/upstream.py", MICROPYTHON, TREE)


@single
def names():
    """docs/names.md has all of CPython's names, and is right about them."""
    return counted("names", "tests/names.py", MICROPYTHON)


@single
@on("unix")
def programs():
    """Random programs do the same under CPython's asyncio and under ours."""
    return counted("programs", "tests/programs.py", MICROPYTHON)


@on("unix")
def traces():
    """A trace fits the trace-event format, adds up, and names who blocks."""
    return counted("traces", "tests/traces.py", MICROPYTHON)


@on("unix")
def http():
    """A web server beside a fast driver and a condition, ours and stock's."""
    return counted("http", "tests/http/run.py", MICROPYTHON)


@single
def release():
    """The version, the changelog, the workflows and the Dockerfile are right."""
    return counted("release", "tests/release.py", MICROPYTHON)


@single
@on("unix")
def examples():
    """The examples and the tutorial, with fakes of the hardware, in virtual time."""
    return counted("examples", "tests/examples.py", MICROPYTHON)


@on("unix")
def libraries():
    """Public libraries: microdot, two MQTT clients, WebSockets and others."""
    return counted("libraries", "tests/libraries.py", MICROPYTHON)


def traces_board():
    """The trace names who blocks on the Cortex-M4F in QEMU too."""
    return counted("traces-board", "tests/traces.py", "ports/qemu/run.py cortex-m4f")


def examples_boards():
    """The examples on the Cortex-M4F in QEMU, with LONG=1 on all boards: they print the same."""
    boards = BOARDS if os.environ.get("LONG") else ("cortex-m4f",)
    argv = "tests/examples.py", "--once"
    counts = [
        counted(f"examples-{board}", *argv, f"ports/qemu/run.py {board}") for board in boards
    ]
    return tuple(map(sum, zip(*counts)))


def archives():
    """The Rust archive of every target is as it must be, and acts alike."""
    return counted("archives", "tests/archives.py", "--tree", TREE)


@on("unix")
def python_tests():
    """tests/python on the unix firmware."""
    return counted("python", "tests/run.py", MICROPYTHON)


@on("unix")
def samples():
    """The samples of the page to try it in, as far as they end."""
    ended = [exp.with_suffix("") for exp in files("playground/samples/*.exp")]
    return counted("samples", "tests/run.py", MICROPYTHON, *ended)


@on("unix")
def small_heap():
    """Thousands of connections with a heap of 300 KB: its level does not rise."""
    command = f"{MICROPYTHON} -X heapsize=300k"
    return counted("small-heap", "tests/run.py", command, *files("tests/small_heap/*.py"))


def standard_firmware():
    """MicroPython's own standard variant builds with our loop."""
    return one("unix-standard", "make", "--no-print-directory", "unix-standard")


@on("unix")
def standard_python():
    """tests/python on that, but for what needs `pyb` or the mock clock."""
    without = ("--lacks", "pyb", "--lacks", "_mock_clock")
    return counted("python-standard", "tests/run.py", STANDARD, *without)


@on("unix")
def standard_upstream():
    """MicroPython's own asyncio tests on that."""
    return counted("upstream-standard", "tests/upstream.py", STANDARD, TREE, "asyncio")


@single
@on("unix")
def standard_interrupts():
    """On that, Ctrl-C at any instant beside 790 sleepers."""
    return counted("faults-standard", "tests/faults.py", "ctrl-c", STANDARD)


def newest_firmware():
    """The unix firmware builds of a newer MicroPython."""
    return one("unix-newest", "make", "--no-print-directory", "unix-newest")


@on("unix")
def newest_python():
    """tests/python on that."""
    return counted("python-newest", "tests/run.py", NEWEST)


@on("unix")
def newest_upstream():
    """Its own asyncio tests on that, under each name of our loop."""
    return counted("upstream-newest", "tests/upstream.py", NEWEST, NEWEST_TREE)


def newest_standard_firmware():
    """Its own standard variant builds."""
    return one("unix-newest-standard", "make", "--no-print-directory", "unix-newest-standard")


@on("unix")
def newest_standard_python():
    """tests/python on that, but for what needs `pyb` or the mock clock."""
    without = ("--lacks", "pyb", "--lacks", "_mock_clock")
    return counted("python-newest-standard", "tests/run.py", NEWEST_STANDARD, *without)


@on("unix")
def newest_standard_upstream():
    """Its own asyncio tests on that."""
    argv = ("tests/upstream.py", NEWEST_STANDARD, NEWEST_TREE, "asyncio")
    return counted("upstream-newest-standard", *argv)


@single(uses="build/recipes")
def newest_recipes():
    """Its ports compile our part for their boards."""
    return counted("recipes-newest", "tests/recipes.py", NEWEST_TREE)


def asserts_firmware():
    """The unix firmware builds with MicroPython's assertions."""
    return one("unix-asserts", "make", "--no-print-directory", "unix-asserts")


@on("unix")
def misuse():
    """2000 random programs over the public API: no crash, no hang, nothing lost."""
    return counted("misuse", "tests/misuse.py", MICROPYTHON, "--asserts", ASSERTS)


def without_firmware():
    """The unix firmwares that leave names out build."""
    return one("unix-without", "make", "--no-print-directory", "unix-without")


@on("unix")
def without():
    """Without V2's names and diagnostics, CPython's, all three: they are gone, the rest passes."""
    folder = ROOT / "build/without"
    ours = counted("without", "tests/switches.py", MICROPYTHON, folder)
    least = folder / "V2-CPYTHON-DIAGNOSTICS/micropython"
    theirs = counted("without-upstream", "tests/upstream.py", least, TREE, "asyncio")
    return tuple(map(sum, zip(ours, theirs)))


@on("unix")
def threads():
    """The loop among threads: what is safe, what raises, and Ctrl-C."""
    return counted("threads", "tests/threads.py", MICROPYTHON)


def gil_firmware():
    """The unix firmware with a lock around all of Python builds."""
    return one("unix-gil", "make", "--no-print-directory", "unix-gil")


@on("unix")
def gil_threads():
    """The loop among threads, with a global lock: all may use it."""
    return counted("threads-gil", "tests/threads.py", "--gil", GIL)


@on("unix")
def gil_python():
    """tests/python with a global lock."""
    return counted("python-gil", "tests/run.py", GIL)


def tsan_firmware():
    """The unix firmware under ThreadSanitizer builds."""
    return one("tsan-firmware", "make", "--no-print-directory", "tsan")


@on("unix")
def tsan():
    """The loop among threads under ThreadSanitizer."""
    return counted("tsan", "tests/threads.py", "--tsan", TSAN)


def asan_firmware():
    """The unix firmware under sanitizers builds."""
    return one("asan", "make", "--no-print-directory", "asan")


@on("unix")
def asan():
    """Under AddressSanitizer and UBSan: tests/python, MicroPython's own."""
    return counted("asan", "tests/memory.py", "asan", ASAN, TREE)


@on("unix")
def collections():
    """tests/python, collecting garbage at every allocation and step."""
    return counted("collections", "tests/memory.py", "gc", ASAN, TREE)


@on("unix")
def exhaustion():
    """A MemoryError at every allocation that a scenario reaches."""
    return counted("exhaustion", "tests/exhaustion.py", ASAN)


@on("unix")
def faults_unix():
    """Peers that misbehave, no descriptors left, system calls that fail."""
    return counted("faults-unix", "tests/faults.py", "unix", MICROPYTHON)


def boards_firmware():
    """The firmware for the boards in QEMU builds."""
    return one("qemu", "make", "--no-print-directory", "qemu")


BOARDS = {
    "cortex-m4f": "Cortex-M4F",
    "cortex-m0": "Cortex-M0",
    "lx106": "lx106",
    "rv32": "RV32",
    "dc233c": "windowed Xtensa",
}
# Where what goes by the clock runs again as the ms count wraps. It takes a minute, and wraps are the same code on all.
WRAPPED = ("cortex-m4f",)


def boards_tests(board, machine):
    """The groups of a board in QEMU."""
    command = f"ports/qemu/run.py {board}"
    # Those that go by the board's own clock. At 2^32 time.ticks_ms() wraps as well; at 2^30 nothing else does.
    timed = [file for file in files("tests/python/*.py") if "_mock_clock" not in file.read_text()]
    timed = [file for file in timed if not file.match("unix_*")]
    wrap_30 = files("tests/wrap/*.py")
    wrap_32 = wrap_30 + (timed if board in WRAPPED else [])

    def python():
        """tests/python"""
        return counted(f"python-{board}", "tests/run.py", command)

    def wrap():
        """the ms count wraps 60 ms after the start"""
        at_30, at_32 = (
            counted(name, "tests/run.py", f"{command} --ticks {2**bits - 60}", *tests)
            for name, bits, tests in (
                (f"wrap-30-{board}", 30, wrap_30),
                (f"wrap-32-{board}", 32, wrap_32),
            )
        )
        return tuple(map(sum, zip(at_30, at_32)))

    def port():
        """exit statuses, the REPL, no QEMU left behind"""
        return counted(f"qemu-{board}", "tests/qemu.py", board)

    def upstream():
        """MicroPython's own asyncio tests"""
        argv = ("--board", board, "ports/qemu/run.py", TREE, "asyncio")
        return counted(f"upstream-{board}", "tests/upstream.py", *argv)

    def seeds():
        """the seven benchmarks show what they should"""
        return counted(f"seeds-{board}", "tests/seeds.py", board)

    for group in python, wrap, port, upstream, seeds:
        group.__name__ = f"boards_{board}_{group.__name__}"
        group.__doc__ = f"{machine}: {group.__doc__}."
        on(machine)(group)
    return (python, wrap, upstream), tuple(map(single, (port, seeds)))


@on("lx106")
def boards_lx106_small():
    """lx106: tests/python with an ESP8266's heap of 36 KB."""
    # The table of faults does not fit beside what it tests.
    too_big = "mem_eight_hundred_*", "fault_native*", "fault_sync*", "fault_stream*", "unix_*"
    fit = [file for file in files("tests/python/*.py") if not any(map(file.match, too_big))]
    command = "ports/qemu/run.py lx106 --heap 36864"
    return counted("python-lx106-small", "tests/run.py", command, *fit)


def pico_firmware():
    """A whole Raspberry Pi Pico's firmware builds, of Debian's packages."""
    return one("pico", "make", "--no-print-directory", "pico-test")


# A script takes up to half a minute. Where the machine does much else it takes minutes, and nothing on the board is later by that.
PATIENCE = ("--timeout", "900")


@on("RPI_PICO")
def pico_python():
    """RPI_PICO, the whole firmware in an emulator: tests/python."""
    chosen = [file for file in files("tests/python/*.py") if not file.match("unix_*")]
    # The longest first, so that the two cores end together.
    chosen.sort(key=lambda file: not file.match("fault_*"))
    command = "tests/pico/run.py RPI_PICO"
    return counted("python-pico", "tests/run.py", *PATIENCE, command, *chosen)


@on("RPI_PICO")
def pico_upstream():
    """RPI_PICO: MicroPython's own asyncio tests."""
    argv = ("--board", "RPI_PICO", "tests/pico/run.py", TREE, "asyncio")
    return counted("upstream-pico", "tests/upstream.py", *argv)


@on("RPI_PICO")
def pico_checks():
    """RPI_PICO: hard pin interrupts, Ctrl-C in every wait, soft resets."""
    return counted("checks-pico", "tests/pico/checks.py")


@single
@on("RPI_PICO")
def pico_seeds():
    """RPI_PICO: two of the benchmarks, with a pyb made of machine."""
    return counted("seeds-pico", "tests/seeds.py", "RPI_PICO")


@single
@on("RPI_PICO")
def pico_budget():
    """RPI_PICO: its flash, and a step's cycles, are within the budget."""
    return counted("budget-pico", "tests/budget.py", "pico")


def native_files():
    """The loop as a native .mpy, for each architecture; firmware without it."""
    built = one("mpy", "make", "--no-print-directory", "mpy", "MOCK=1")
    stock = one("mpy-stock", "make", "--no-print-directory", "mpy-stock")
    sanitized = one("mpy-asan", "make", "--no-print-directory", "mpy-asan")
    return tuple(map(sum, zip(built, stock, sanitized)))


@on("unix")
def native_unix():
    """The native .mpy on MicroPython's own unix firmware: tests/python, the installer, mip."""
    return counted("native-unix", "tests/native.py", "unix")


@on("unix")
def native_newest():
    """The same on a newer MicroPython."""
    return counted("native-newest", "tests/native.py", "newest")


@on("unix")
def native_upstream():
    """MicroPython's own asyncio tests, on the native .mpy."""
    return counted("native-upstream", "tests/native.py", "upstream")


@on("unix")
def native_sanitized():
    """The x64 file's objects under ASan and UBSan: a third of tests/python (LONG=1: all, also collecting always)."""
    return counted(
        "native-sanitized",
        "tests/native.py",
        "sanitized",
        *(["--long"] if os.environ.get("LONG") else []),
    )


@on("unix, Cortex-M4F, RV32, lx106")
def native_cost():
    """What a step, an interrupt, the import and the files of the native .mpy cost, against the budget."""
    return counted("native-cost", "tests/native.py", "cost")


def native_board(board, machine):
    """The group of a board that loads it."""

    def group():
        """a third of tests/python on the native .mpy (LONG=1: all, on five boards); imports without memory"""
        if os.environ.get("LONG"):
            return counted(f"native-{board}", "tests/native.py", board)
        if board in ("cortex-m4f", "lx106"):
            return counted(f"native-{board}", "tests/native.py", board, "--third")
        print(f"skip {board}: LONG=1 runs it; the same file runs on MicroPython's own port")
        return 0, 0, 1

    group.__name__ = f"native_{board}"
    group.__doc__ = f"{machine}: {group.__doc__}."
    return on(machine)(group)


def native_upstream_board(board, machine):
    """The group of a board of MicroPython's own port for QEMU."""

    def group():
        """each third of tests/python on the native .mpy (LONG=1: all), on MicroPython's own port; 10000 interrupts"""
        third = [] if os.environ.get("LONG") else ["--third"]
        return counted(f"native-{board}", "tests/native.py", board, *third)

    group.__name__ = f"native_{board}"
    group.__doc__ = f"{machine}: {group.__doc__}."
    return on(machine)(group)


def faults_tests(board, machine):
    """The groups of a board's soft resets and long runs."""

    def reset():
        """100 soft resets in mid-run, each start like the first"""
        return counted(f"faults-{board}", "tests/faults.py", "reset", board)

    def long():
        """everything at once for 20 s, and interrupts at 20 kHz"""
        return counted(f"long-{board}", "tests/long.py", board)

    for group, name in (reset, "faults"), (long, "long"):
        group.__name__ = f"{name}_{board}"
        group.__doc__ = f"{machine}: {group.__doc__}."
        single(on(machine)(group))
    return reset, long


BOARD_GROUPS = [boards_tests(board, machine) for board, machine in BOARDS.items()]

# Builds come before what tests them. Between them, those that keep one core busy stand together: two run at a time.
GROUPS = (
    rustfmt,
    clang_format,
    ruff,
    unsafe,
    layout,
    clippy,
    firmware,
    no_panic,
    python_tests,
    samples,
    small_heap,
    standard_firmware,
    standard_python,
    newest_firmware,
    newest_python,
    newest_standard_firmware,
    newest_standard_python,
    core,
    recipes,
    newest_recipes,
    stubs,
    docs_code,
    api,
    docs,
    stubs_package,
    names,
    manifest,
    refusals,
    mutations,
    programs,
    traces,
    examples,
    release,
    standard_interrupts,
    upstream,
    newest_upstream,
    standard_upstream,
    newest_standard_upstream,
    http,
    libraries,
    archives,
    size,
    asserts_firmware,
    misuse,
    without_firmware,
    without,
    threads,
    gil_firmware,
    gil_threads,
    gil_python,
    tsan_firmware,
    tsan,
    asan_firmware,
    asan,
    collections,
    exhaustion,
    faults_unix,
    boards_firmware,
    budget,
    *(group for groups, _ in BOARD_GROUPS for group in groups),
    boards_lx106_small,
    examples_boards,
    traces_board,
    native_files,
    native_unix,
    native_newest,
    native_sanitized,
    native_cost,
    native_board("cortex-m0", "Cortex-M0"),
    native_board("cortex-m4f", "Cortex-M4F"),
    native_board("rv32", "RV32"),
    native_board("lx106", "lx106"),
    native_board("dc233c", "dc233c"),
    native_upstream_board("MPS2_AN385", "Cortex-M3"),
    native_upstream_board("MICROBIT", "Cortex-M0"),
    native_upstream_board("VIRT_RV32", "RV32"),
    pico_firmware,
    pico_python,
    pico_checks,
    native_upstream,
    pico_upstream,
    pico_seeds,
    pico_budget,
    *(group for _, groups in BOARD_GROUPS for group in groups),
    *(group for board, machine in BOARDS.items() for group in faults_tests(board, machine)),
)


# What may be asked for by one name. Only those of GROUPS, in their order.
TIERS = {
    "check": (
        rustfmt,
        clang_format,
        ruff,
        unsafe,
        layout,
        clippy,
        core,
        mutations,
        firmware,
        no_panic,
        python_tests,
        small_heap,
        stubs,
        docs_code,
        api,
        names,
        manifest,
        upstream,
        programs,
        traces,
        examples,
    ),
}


def choose(names):
    """The groups that are asked for by tier or by how their names begin; all of them without any."""
    of_tiers = {group for name in names for group in TIERS.get(name, ())}
    begins = tuple(name for name in names if name not in TIERS) or (() if names else ("",))
    return [g for g in GROUPS if g in of_tiers or g.__name__.startswith(begins)]


def duration(seconds):
    """Seconds as people say them."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def last_times():
    """{group: seconds} of the runs before this one; nothing if there were none."""
    try:
        return json.loads(TIMES.read_text())
    except (OSError, ValueError):
        return {}


def announce(number, groups, times, shown):
    """Say which group runs now, and what is known of the time that it and the rest take."""
    group = groups[number - 1]
    line = f"[{number}/{len(groups)}] {group.__doc__.splitlines()[0]}"
    if group.__name__ in times:
        line += f" Last time {duration(times[group.__name__])}."
    left = [times.get(later.__name__) for later in groups[number - 1 :]]
    if None not in left:
        line += f" To the end at most {duration(sum(left))}."
    if shown:
        print(line[: shutil.get_terminal_size().columns - 1], end="", flush=True)
    else:
        print(line, flush=True)


def attempt(group):
    """Run a group in a process of its own, so that two can run at a time; (counts, what failed, what it printed, seconds)."""
    began = time.monotonic()
    argv = [sys.executable, __file__, ONE, group.__name__]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True)
    seconds = time.monotonic() - began
    said, _, last = done.stdout.rstrip("\n").rpartition("\n")
    try:
        counts, failed = json.loads(last)
    except ValueError:
        counts, failed = (0, 1, 0), [(group.__name__, [f"ended with status {done.returncode}"])]
        said = done.stdout.rstrip("\n")
    return counts, failed, said, seconds


def one_group(name):
    """What attempt() starts: run that group; what it prints, then its counts and what failed as the last line."""
    (group,) = (g for g in GROUPS if g.__name__ == name)
    counts = group()
    print(json.dumps([counts, FAILED]))


def run_groups(groups, times):
    """Run them in their order, and yield (group, what attempt() says of it) as each ends.

    One that keeps only one core busy runs beside another such. Every other one runs alone, and so after all before it.
    """
    shown = sys.stdout.isatty()
    with ThreadPoolExecutor(2) as pool:
        running = {}
        for number, group in enumerate(groups, 1):
            while running and not (len(running) == 1 and may_run_beside(group, *running.values())):
                yield from ended(running, shown)
            announce(number, groups, times, shown)
            running[pool.submit(attempt, group)] = group
        while running:
            yield from ended(running, shown)


def ended(running, shown):
    """Wait until one of them has ended; take those out that have, and yield them."""
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        if shown:
            print("\r\x1b[K", end="")
        yield running.pop(future), *future.result()


def main():
    """Run the groups, print the totals, return the exit status."""
    LOGS.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:2] == [ONE]:
        return one_group(sys.argv[2])
    groups = choose(sys.argv[1:])
    if not groups:
        names = ", ".join([*TIERS, *(group.__name__ for group in GROUPS)])
        sys.exit(f"no such group; there are: {names}")
    totals = (0, 0, 0)
    ran = {}
    failures = []
    rows = []
    times = last_times()
    for group, counts, failed, said, seconds in run_groups(groups, dict(times)):
        if said:
            print(said)
        failures += failed
        rows.append([group.__doc__.splitlines()[0], *counts])
        times[group.__name__] = round(seconds, 1)
        TIMES.write_text(json.dumps(times, indent=1) + "\n")
        totals = tuple(map(sum, zip(totals, counts)))
        machine = getattr(group, "machine", None)
        if machine:
            ran[machine] = ran.get(machine, 0) + counts[0] + counts[1]
        print(
            f"{group.__doc__:66} {counts[0]:4} passed {counts[1]:4} failed {counts[2]:4} skipped {seconds:4.0f} s",
            flush=True,
        )
    if groups == list(GROUPS):
        commit = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        TESTED.write_text(json.dumps({"commit": commit, "groups": rows}, indent=1) + "\n")
    for name, lines in failures:  # again, for who reads only the end
        print(f"Failed: {name}", *(line[:300] for line in lines), sep="\n  ")
    if ran:
        print("Tests run on", ", ".join(f"{machine}: {n}" for machine, n in ran.items()))
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
