#!/usr/bin/env python3
"""Test the native .mpy on firmware that has none of our loop: native.py unix|newest|upstream|sanitized|cost|BOARD [--third]

tests/python, on the file that has a clock for tests; all must pass but the exceptions named below, and those must not. On
unix once more with a collection at each allocation, and what a user does: the installer, mip, use(). BOARD is one of ours
without our loop, or one of MicroPython's own port for QEMU; there --third is each third test, another third on each.
sanitized: the x64 file's objects under ASan and UBSan, --long: all tests. cost: what the file costs (tests/budget.json), with
--update the budget takes it. Ends with `N passed, N failed, N skipped`.
"""

import functools
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests")]
import budget  # noqa: E402
import counting  # noqa: E402

WORKLOAD = "sleep_ms_0 N=100"
UNIX = {"unix": BUILD / "stock-unix/micropython", "newest": BUILD / "stock-newest/micropython"}
# Which file a board loads. A Cortex-M4F takes that for a Cortex-M3, which no board here is.
ARCH = {
    "cortex-m0": "armv6m",
    "cortex-m4f": "armv7m",
    "rv32": "rv32imc",
    "lx106": "xtensa",
    "dc233c": "xtensawin",
}
# MicroPython's own port for QEMU (tests/native_mpy/upstream).
UPSTREAM = {"MPS2_AN385": "armv7m", "MICROBIT": "armv6m", "VIRT_RV32": "rv32imc"}

COMMON = {
    "loop_import_again": "what is imported anew after it was taken out of sys.modules is another copy",
}
# So many allocations that a collection at each takes minutes, or sockets whose other end waits for so long only.
MANY = re.compile(r"fault_|unix_|mem_eight_hundred|mem_cancelled")
# What does not pass, and why.
EXCEPTIONS = {
    "unix": {
        **COMMON,
        "unix_datagram": "a socket is asked once in a ms, so virtual time goes on meanwhile",
        "unix_descriptor_range": "a descriptor's number is no stream",
        "unix_stream_number": "a descriptor's number is no stream",
        "unix_timeout_races": "a socket is asked once in a ms: the look at a connection comes at another instant",
    },
}
EXCEPTIONS.update(dict.fromkeys(ARCH, COMMON))
EXCEPTIONS["cortex-m4f"] = {
    **COMMON,
    "mem_eight_hundred_sleepers": "the code takes room in the heap",
}
EXCEPTIONS.update(dict.fromkeys(UPSTREAM, COMMON))
EXCEPTIONS["VIRT_RV32"] = EXCEPTIONS["cortex-m4f"]

# Between poll()'s look and its sleep an interrupt is seen 1 ms later, as by stock asyncio: these lines may tell a longest
# time. None of the 10000 is lost, none comes twice.
LATE = re.compile(r"((?:flag|call_soon_threadsafe|when), idle 2500 2500 0 )\d+$", re.M)


def swept(command, path):
    """The interrupts at swept offsets; whether each woke its task once."""
    test = ROOT / "tests/python/board_irq_swept.py"
    got = run(*command, test.name, cwd=test.parent, env=dict(os.environ, MICROPYPATH=path))
    want = test.with_name(test.name + ".exp").read_text()
    print(got, end="")
    return LATE.sub(r"\1True", got) == want


# What the file may cost: of what the built-in module does, and of MicroPython's asyncio with its C part.
STEP, STOCK_STEP, IRQ = 1.2, 1 / 8, 1.5
BESIDE = 200  # tasks that are ready when an interrupt comes
COUNTED = "cortex-m4f", "rv32"


def imports(board, files="mpy"):
    """What the import takes of a board's heap, everything counted. The path is a relative one, since it lies there too."""
    os.environ["MICROPYPATH"] = f"build/{files}/{ARCH[board]}"
    firmware = f"build/qemu-stock/{board}/firmware.elf"
    said = counting.run(
        [sys.executable, counting.RUN, board, "--firmware", firmware, "tests/native_mpy/ram.py"]
    )
    return int(said.split()[0])


def measure():
    """(figures for the budget, lines that say which limit is kept or not: (whether it is, text))."""
    file = json.loads(budget.FILE.read_text())
    figures = {kind: {} for kind in budget.NATIVE}
    steps, irq, ram, files = figures.values()
    unix = os.path.relpath(UNIX["unix"], ROOT)
    ours = counting.unix_step(unix, "asyncio_priority", "build/mpy/x64")
    built_in = counting.unix_step("build/unix/micropython", "asyncio_priority")
    costs = {"x64": (ours, built_in, counting.unix_step(unix, "asyncio", ".frozen"))}
    for board in COUNTED:
        firmware = BUILD / "qemu-stock" / board / "firmware.elf"
        os.environ["MICROPYPATH"] = str(BUILD / "mpy" / ARCH[board])
        n, heap, counts = counting.on_board(board, ["ours", "sleep_ms_0", "100"], firmware)
        assert heap == 0, f"{board}: a step allocates {heap / n} bytes"
        stock_n, _, stock = counting.on_board(board, ["stock", "sleep_ms_0", "100"], firmware)
        built_in = file["steps"][f"{board} {WORKLOAD}"][0]
        costs[ARCH[board]] = counts / n, built_in, stock / stock_n
        if board == "cortex-m4f":
            irq[f"{ARCH[board]} N={BESIDE}"] = counting.interrupts(board, [BESIDE], firmware)[
                BESIDE
            ][0]
            irq_built_in = file["irq"][f"{board} N={BESIDE}"]
    limits = []
    for arch, (cost, built_in, stock) in costs.items():
        steps[f"{arch} {WORKLOAD}"] = round(cost, 1)
        limits += [
            (cost <= STEP * built_in, f"{arch}: {cost:.0f} a step, built in {built_in:.0f}"),
            (cost <= STOCK_STEP * stock, f"{arch}: {cost:.0f} a step, MicroPython's {stock:.0f}"),
        ]
    for name, cost in irq.items():
        text = f"{name}: {cost} from an interrupt to its task, built in {irq_built_in}"
        limits.append((cost <= IRQ * irq_built_in, text))
    for board in (*COUNTED, "lx106"):
        ram[f"{ARCH[board]} import"] = imports(board)
    ram["armv7m import, V2=0 CPYTHON=0"] = imports("cortex-m4f", "mpy-small")
    for arch in sorted(path.name for path in (BUILD / "mpy").iterdir()):
        size = (BUILD / "mpy" / arch / "uasyncio_priority.mpy").stat().st_size
        files[f"{arch} file"] = size
    return figures, limits


def cost():
    """What a step, an interrupt, the import and the files cost: (passed, failed). --update: the budget takes them."""
    figures, limits = measure()
    good = []
    for kept, text in limits:
        print(f"{'' if kept else 'fail: too dear: '}{text}")
        good.append(kept)
    file = json.loads(budget.FILE.read_text())
    if "--update" in sys.argv:
        reached = file.pop("reached")
        budget.FILE.write_text(
            json.dumps({**file, **figures, "reached": reached}, indent=1) + "\n"
        )
    else:
        for kept, line in budget.compare(figures, file):
            good.append(kept)
            if line:
                print(f"{'note, better:' if kept else 'WORSE:'} {line}")
    return good.count(True), good.count(False)


def run(*argv, **more):
    """A command's output, both streams; AssertionError if it fails."""
    done = subprocess.run(
        [str(arg) for arg in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more
    )
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"{argv}: status {done.returncode}\n{text}"
    return text


def path_of(arch):
    """Where a firmware finds the loop with a clock for tests, and what tests import."""
    return (
        f"{BUILD / 'mpy-test' / arch}:{ROOT / 'tests/native_mpy'}:{ROOT / 'tests/faults'}:.frozen"
    )


def python_tests(command, arch, exceptions, files=(), path=None):
    """Run tests/python, or these files of it; (passed, failed, skipped)."""
    path = path or path_of(arch)
    argv = [
        sys.executable,
        str(ROOT / "tests/run.py"),
        "--lacks",
        "_task_info",
        "--path",
        path,
        "--timeout",
        "120",
    ]
    done = subprocess.run(
        [*argv, command, *files],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    count = {"pass": 0, "fail": 0, "skip": 0}
    seen = set()
    show = False
    for line in done.stdout.splitlines():
        found = re.match(r"(pass|fail|skip) (\w+)\.py", line)
        if not found:
            if line.startswith("    ") and show:
                print(line)
            continue
        verdict, name = found.groups()
        show = False
        if name in exceptions and verdict != "skip":
            seen.add(name)
            if verdict == "fail":
                print(f"skip {name}.py: {exceptions[name]}")
                count["skip"] += 1
                continue
            line = f"fail {name}.py: it passes, and is said not to"
            verdict = "fail"
        count[verdict] += 1
        show = verdict == "fail"
        if show or verdict == "skip":
            print(line)
    asked = {Path(file).stem for file in files} or set(exceptions)
    for name in (set(exceptions) & asked) - seen:
        print(f"fail {name}.py: an exception that did not run")
        count["fail"] += 1
    return count["pass"], count["fail"], count["skip"]


PROGRAM = """
import asyncio_priority
asyncio_priority.use()
import asyncio, uasyncio, asyncio.core, uasyncio.stream
print(asyncio.get_event_loop() is asyncio_priority.get_event_loop(), asyncio.HIGH, uasyncio.LOW)
async def main():
    flag = asyncio.ThreadSafeFlag()
    asyncio.create_task(asyncio.sleep_ms(1))
    asyncio.get_event_loop().call_later_ms(5, flag.set)
    await flag.wait(priority=True)
    await asyncio.after(0.01)
    return await asyncio.gather(asyncio.sleep_ms(1), asyncio.wait_for(asyncio.sleep(0), 1))
print(asyncio.run(main()))
"""
SAYS = "True 0 2\n[None, None]\n"


def works(micropython, folder):
    """What is installed in a folder runs a program, without the test's clock."""
    got = run(micropython, "-c", PROGRAM, cwd=folder, env={"MICROPYPATH": ":.frozen"})
    assert got == SAYS, got


def test_files(micropython):
    """A folder with the files is all it takes."""
    works(micropython, BUILD / "mpy/x64")


def test_install(micropython):
    """The README's commands as they are written there, with a board at a pseudo terminal. Others have run the first two."""
    text = (ROOT / "README.md").read_text()
    before, _, after = text.partition("## On the firmware that you have")
    assert after and "## Your own firmware" not in before, "the README has another order"
    commands = re.search(r"```sh\n(.*?)```", after, re.DOTALL).group(1).splitlines()
    assert commands[:2] == ["make mpy", "pip install mpremote"], commands
    with tempfile.TemporaryDirectory() as folder:
        more = {
            "PYTHONPATH": str(ROOT / "tests/native_mpy/connected"),
            "MPREMOTE": str(BUILD / "mpy-tools"),
            "BOARD": str(micropython),
            "BOARD_FILES": folder,
        }
        said = run("sh", "-c", *commands[2:], cwd=ROOT, env={**os.environ, **more})
        assert "asyncio_priority.use()" in said, said
        works(micropython, folder)


def test_mip(micropython):
    """mpremote's mip from a web server, file by file as package.json says."""
    handler = functools.partial(Quiet, directory=str(BUILD / "mpy"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with tempfile.TemporaryDirectory() as folder:
            run(
                *(sys.executable, ROOT / "tests/native_mpy/terminal.py", micropython),
                *("mip", "install", "--target", ".", f"http://127.0.0.1:{server.server_port}/x64"),
                env=dict(os.environ, PYTHONPATH=str(BUILD / "mpy-tools")),
                cwd=folder,
            )
            works(micropython, folder)
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """It logs nothing."""

    def log_message(self, *args):
        """Nothing."""


def test_other_arch(micropython):
    """Another architecture's file is refused by the firmware, with nothing left behind."""
    with tempfile.TemporaryDirectory() as folder:
        data = bytearray((BUILD / "mpy/x64/uasyncio_priority.mpy").read_bytes())
        data[2] = data[2] & 3 | 5 << 2  # armv7m
        Path(folder, "uasyncio_priority.mpy").write_bytes(data)
        program = (
            "import sys\ntry:\n import uasyncio_priority\nexcept ValueError as e:\n"
            " print(e, 'uasyncio_priority' in sys.modules)"
        )
        got = run(micropython, "-c", program, cwd=folder, env={"MICROPYPATH": ":.frozen"})
        assert got == "incompatible .mpy arch False\n", got


# The figures are those of the clock that the program sets.
DIAGNOSTICS = """
import asyncio_priority as asyncio

async def blocks():
    for _ in range(2):
        await asyncio.sleep_ms(10)
        asyncio._mock_clock(asyncio._mock_clock() + 50)

async def main():
    loop.stats(True)
    await asyncio.create_task(blocks())
    stats = loop.stats()
    print(stats["us"], stats["idle_us"], stats["gap_us"], [level["us"] for level in stats["levels"]])
    asyncio.top()

loop = asyncio.get_event_loop()
asyncio._mock_clock(100)
loop.set_exception_handler(lambda loop, context: print(context["message"], context["where"]))
loop.slow_step_ms = 20
asyncio.run(main())
loop.watch(None)
print([hasattr(asyncio, name) for name in ("tasks", "every", "can_meet")])
print([hasattr(loop, name) for name in ("idle_hook", "gc_idle")])
"""
SHOWN = """A step took 50 ms None
120000 20000 50000 [0, 100000, 0]
120 ms, idle 16.7%, 5 passes, the longest 50000 us
"""


def test_diagnostics(micropython):
    """Of make mpy DIAGNOSTICS=1: statistics, top(), slow steps, watch(), and what it has not."""
    path = {"MICROPYPATH": f"{BUILD / 'mpy-diagnostics/x64'}:.frozen"}
    got = run(micropython, "-c", DIAGNOSTICS, env=path)
    assert got.startswith(SHOWN), got
    assert got.endswith("\n[False, False, False]\n[False, False]\n"), got


def no_memory(board):
    """Imports that find too little memory say so, leave nothing behind but names, and can be tried again."""
    firmware = BUILD / "qemu-stock" / board / "firmware.elf"
    command = (sys.executable, counting.RUN, board, "--firmware", firmware)
    env = dict(os.environ, MICROPYPATH=str(BUILD / "mpy" / ARCH[board]))
    got = run(*command, ROOT / "tests/native_mpy/no_memory.py", env=env)
    tries = re.findall(r"^MemoryError with (\d+) left: (\d+) bytes stay$", got, re.M)
    good = got.splitlines()[-1:] == ["it runs"] and len(got.splitlines()) == len(tries) + 1
    # Names stay, of the first that got so far. From there on it is the same with each.
    good = (
        good and len(tries) > 20 and len({stay for left, stay in tries if int(left) > 8000}) == 1
    )
    if not good:
        print(got)
    print(f"{'pass' if good else 'fail'} no_memory.py: {len(tries)} imports failed")
    return good


def sanitized(micropython):
    """The x64 file's objects under sanitizers (ports/mpy/Makefile, library): a third of tests/python, --long: all, and once
    more with a collection at each allocation."""
    library = BUILD / "mpy-library/x64"
    code = (library / "library.so").read_bytes()
    for name in (b"__asan_report_load8", b"__asan_report_store8", b"__ubsan_handle_"):
        assert name in code, f"the library does not call {name}"
    os.environ["UP_LIBRARY"] = str(library / "library.so")
    path = ":".join(
        (
            str(ROOT / "tests/native_mpy/checked"),
            *(str(library), str(ROOT / "tests/native_mpy"), str(ROOT / "tests/faults"), ".frozen"),
        )
    )
    tests = sorted((ROOT / "tests/python").glob("*.py"))
    # A library is loaded once, so there is no second copy.
    exceptions = {name: why for name, why in EXCEPTIONS["unix"].items() if name not in COMMON}
    if "--long" not in sys.argv:
        return python_tests(micropython, "x64", exceptions, tests[2::3], path)
    counts = [python_tests(micropython, "x64", exceptions, tests, path)]
    os.environ["UP_WATCH"] = "collect=1"
    few = [test for test in tests if not MANY.match(test.name)]
    counts.append(python_tests(micropython, "x64", COMMON, few, path))
    return [sum(column) for column in zip(*counts)]


def main():
    """Run it, return the exit status."""
    where = sys.argv[1]
    if where == "upstream":
        path = f"{BUILD / 'mpy/x64'}:{ROOT / 'tests/native_mpy'}:.frozen"
        tree = os.environ.get("MPY_TREE", BUILD / "micropython")
        argv = [sys.executable, ROOT / "tests/upstream.py", UNIX["unix"], tree, "asyncio"]
        return subprocess.call(argv, env=dict(os.environ, MICROPYPATH=path))
    if where == "cost":
        (passed, failed), skipped = cost(), 0
    elif where == "sanitized":
        passed, failed, skipped = sanitized(str(BUILD / "stock-asan/micropython"))
    elif where in UNIX:
        passed, failed, skipped = python_tests(str(UNIX[where]), "x64", EXCEPTIONS["unix"])
        if where == "unix":
            collecting = f"{UNIX[where]} {ROOT / 'tests/native_mpy/collecting.py'}"
            tests = [t for t in (ROOT / "tests/python").glob("*.py") if not MANY.match(t.name)]
            more = python_tests(collecting, "x64", COMMON, sorted(tests))
            passed, failed, skipped = (a + b for a, b in zip((passed, failed, skipped), more))
        for name, test in sorted(globals().items()):
            if name.startswith("test_"):
                try:
                    test(UNIX[where])
                    passed += 1
                except AssertionError as er:
                    print(f"fail {name}: {er}")
                    failed += 1
    elif where in UPSTREAM:
        command = [sys.executable, str(ROOT / "tests/native_mpy/upstream/run.py"), where]
        tests = sorted((ROOT / "tests/python").glob("*.py"))
        tests.remove(ROOT / "tests/python/board_irq_swept.py")
        if "--third" in sys.argv:
            tests = tests[list(UPSTREAM).index(where) :: 3]
        passed, failed, skipped = python_tests(
            " ".join(command), UPSTREAM[where], EXCEPTIONS[where], tests
        )
        good = swept(command, path_of(UPSTREAM[where]))
        passed, failed = passed + good, failed + (not good)
    else:
        firmware = BUILD / "qemu-stock" / where / "firmware.elf"
        command = f"ports/qemu/run.py {where} --firmware {firmware}"
        tests = sorted((ROOT / "tests/python").glob("*.py"))
        tests.remove(ROOT / "tests/python/board_irq_swept.py")
        if "--third" in sys.argv:
            tests = tests[list(ARCH).index(where) :: 3]
        passed, failed, skipped = python_tests(command, ARCH[where], EXCEPTIONS[where], tests)
        swept_at = [sys.executable, ROOT / "ports/qemu/run.py", where, "--firmware", firmware]
        good = swept(swept_at, path_of(ARCH[where]))
        passed, failed = passed + good, failed + (not good)
        if where == "cortex-m4f":
            # That with floating point registers, which it loads too.
            few = [
                test for test in tests if test.name.startswith(("event", "flag", "lock", "task"))
            ]
            more = python_tests(command, "armv7emsp", {}, few)
            passed, failed, skipped = passed + more[0], failed + more[1], skipped + more[2]
            good = no_memory(where)
            passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
