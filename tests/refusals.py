#!/usr/bin/env python3
"""Settings of MicroPython that the module is not sound with: refusals.py MICROPYTHON_TREE

A file of the shim is compiled as in the unix firmware, with one need taken away. The compiler must stop with the sentence
of requirements.h that says what to set. Where there is no such need it must not. Ends with `N passed, N failed`.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIM = ROOT / "micropython-bindings"
WORK = ROOT / "build/refusals"
TREE = Path(sys.argv[1]).resolve()
SENTENCE = re.compile(r'"uasyncio_priority: (?:set|define) (\w+)')

FLAGS = (
    *("-std=gnu99", "-Os", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-DUNIX"),
    *(f"-I{folder}" for folder in (SHIM, TREE / "ports/unix", TREE, ROOT / "build/unix")),
    "-DMICROPY_MODULE_BUILTIN_SUBPACKAGES=1",
)
THREADS = ("-DMICROPY_PY_THREAD=1", "-DMICROPY_PY_THREAD_GIL=0")
BARE = ("-U__unix__", "-DMICROPY_PY_THREAD=0")  # as on a board
ESP32 = ("-U__unix__", "-DMICROPY_PY_THREAD=1", "-DMICROPY_PY_THREAD_GIL=1", "-DESP_PLATFORM=1")
# What FreeRTOS.h defines, which the port's configuration includes.
KERNEL = ("-U__unix__", "-DMICROPY_PY_THREAD=1", "-DMICROPY_PY_THREAD_GIL=1", "-DINC_FREERTOS_H")

HOOK = "MICROPY_SCHED_HOOK_SCHEDULED"
WRAP = "MICROPY_WRAP_MP_SCHED_EXCEPTION"
ATOMIC = "MICROPY_BEGIN_ATOMIC_SECTION"
WAIT = "MICROPY_UASYNCIO_PRIORITY_WAIT"
WFI = "MICROPY_UASYNCIO_PRIORITY_WFI"
GENERIC, FREERTOS, INTERRUPTS = (f"{WAIT}_{name}" for name in ("GENERIC", "FREERTOS", "WFI"))
BOARD = {WAIT: GENERIC, ATOMIC: "lock()"}

# What is tried, where, which macros are otherwise (None: not defined), and which one the compiler says is to be set.
CASES = (
    ("unix", THREADS, {}, None),
    ("a board", BARE, BOARD, None),
    ("a board of the least configuration", BARE, {**BOARD, WAIT: None}, None),
    ("a board that waits for interrupts", BARE, {**BOARD, WAIT: INTERRUPTS, WFI: "wfi"}, None),
    ("an ESP32", ESP32, {WAIT: FREERTOS}, None),
    ("an ESP32 with a board's wait", ESP32, BOARD, WAIT),
    ("an ESP32 without a wait", ESP32, {WAIT: None}, WAIT),
    ("FreeRTOS, of which the build system says nothing", KERNEL, BOARD, WAIT),
    ("FreeRTOS, and its wait", KERNEL, {WAIT: FREERTOS}, None),
    ("unix without a wait", THREADS, {WAIT: None}, WAIT),
    ("a macro for interrupts that nothing uses", BARE, {**BOARD, WFI: "wfi"}, WAIT),
    ("interrupts, no macro", BARE, {**BOARD, WAIT: INTERRUPTS}, WFI),
    ("interrupts, threads", THREADS, {WAIT: INTERRUPTS, WFI: "wfi", ATOMIC: "lock()"}, WAIT),
    *(
        (f"no {name[8:]}", THREADS, {name: "(0)"}, name)
        for name in (
            "MICROPY_MODULE_BUILTIN_INIT",
            "MICROPY_MODULE_ATTR_DELEGATION",
            "MICROPY_MODULE_BUILTIN_SUBPACKAGES",
            "MICROPY_ENABLE_GC",
            "MICROPY_ENABLE_SCHEDULER",
        )
    ),
    ("MicroPython 1.24.1", THREADS, {"MICROPY_VERSION_MINOR": "24"}, "MPY_DIR"),
    ("Ctrl-C at once", THREADS, {"MICROPY_ASYNC_KBD_INTR": "(1)"}, "MICROPY_ASYNC_KBD_INTR"),
    ("no hook", THREADS, {HOOK: None}, HOOK),
    ("an empty hook", THREADS, {HOOK: ""}, HOOK),
    ("another hook", THREADS, {HOOK: "(void)0"}, HOOK),
    ("a hook that does more", THREADS, {HOOK: "(void)0; mp_uasyncio_priority_wake()"}, None),
    ("no hook, an ESP32", ESP32, {HOOK: None, WAIT: FREERTOS}, HOOK),
    ("no hook, a board: any interrupt wakes it", BARE, {**BOARD, HOOK: None}, None),
    ("nobody hears of Ctrl-C", THREADS, {WRAP: None}, WRAP),
    ("the same without threads", ("-DMICROPY_PY_THREAD=0",), {WRAP: None}, None),
    ("no atomic section, threads", THREADS, {ATOMIC: None}, ATOMIC),
    ("no atomic section, a board", BARE, {**BOARD, ATOMIC: None}, ATOMIC),
    ("no atomic section, neither", ("-DMICROPY_PY_THREAD=0",), {ATOMIC: None}, None),
)
# A tree is no macro.
EVERYTHING = {
    want: None if "HOOK" in want else "(0)" for *_, want in CASES if want and want != "MPY_DIR"
}


def header(name, first, macros, arguments=""):
    """A header that includes another one and then has these macros otherwise."""
    lines = [f'#include "{first}"']
    for macro, value in macros.items():
        lines.append(f"#undef {macro}")
        if value is not None:
            lines.append(f"#define {macro}{arguments} {value}")
    path = WORK / name
    path.write_text("\n".join(lines) + "\n")
    return path


def compiled(flags, macros, *how):
    """What the compiler says, with its status, where the macros are otherwise."""
    atomic = {name: value for name, value in macros.items() if name == ATOMIC}
    others = {name: value for name, value in macros.items() if name != ATOMIC}
    hal = header("hal.h", TREE / "ports/unix/mphalport.h", atomic, "()")
    config = header("config.h", ROOT / "ports/unix/standard/config.h", others)
    with config.open("a") as file:
        file.write(f'#define MICROPY_MPHALPORT_H "{hal}"\n')
    argv = ("gcc", *FLAGS, f"-I{TREE}/ports/unix/variants/standard", *flags)
    argv += (f'-DMP_CONFIGFILE="{config}"', *how, str(SHIM / "args.c"))
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def names_only():
    """The search for names, of the preprocessor alone, minds none of it."""
    status, said = compiled(THREADS, EVERYTHING, "-E", "-DNO_QSTR", "-o", "/dev/null")
    return status == 0 and said == "", said


def refused(flags, macros, want):
    """Whether the compiler refuses that, with this sentence and no other of ours; or does not."""
    status, said = compiled(flags, macros, "-fsyntax-only")
    if want is None:
        return status == 0 and said == "", said
    # What else it says follows from what is not there.
    found = {match.group(1) for match in SENTENCE.finditer(said)}
    return status != 0 and found == {want}, said


def every_sentence():
    """There is a case for each sentence."""
    there = set(SENTENCE.findall((SHIM / "requirements.h").read_text()))
    return there == {want for *_, want in CASES if want}, f"{there}"


def one_place():
    """No other file of ours looks at MicroPython's version."""
    folders = (SHIM, ROOT / "ports", ROOT / "tests", ROOT / "benchmarks")
    found = [
        file.relative_to(ROOT)
        for folder in folders
        for file in folder.rglob("*.[ch]")
        if "MICROPY_VERSION" in file.read_text()
    ]
    return list(map(str, found)) == ["micropython-bindings/requirements.h"], f"{found}"


def main():
    """Run all, print the count, return the exit status."""
    WORK.mkdir(parents=True, exist_ok=True)
    results = [(name, refused(*case)) for name, *case in CASES]
    results += [(test.__doc__, test()) for test in (names_only, every_sentence, one_place)]
    for name, (good, said) in results:
        print(f"pass {name}" if good else f"fail {name}:\n{said[-1500:]}")
    failed = sum(not good for _, (good, _) in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
