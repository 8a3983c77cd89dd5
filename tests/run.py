#!/usr/bin/env python3
"""Run the Python tests on an interpreter and compare what they print: run.py COMMAND [FILE...]

A test passes if its output (stdout and stderr as one) is that of FILE.exp, to the byte; a test without one fails.
An exit status other than 0 is a last line of the output. A test that prints only `SKIP: why` is skipped, and so is one
that ends at once because it cannot import what --lacks says is not there.
"""

import argparse
import difflib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).parent / "python"


def output(command, test, timeout, path=".frozen"):
    """What the test prints. Run in its own folder, so that tracebacks hold no path of this machine."""
    env = dict(os.environ, MICROPYPATH=path)
    process = subprocess.Popen(
        [*command, test.name],
        cwd=test.parent,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        out, _ = process.communicate(timeout=timeout)
        end = "" if process.returncode == 0 else f"exit status {process.returncode}\n"
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        end = f"not done after {timeout} s\n"
    # A serial line ends its lines as terminals do.
    return out.decode(errors="backslashreplace").replace("\r\n", "\n") + end


def judge(test, got, update, lacks=()):
    """One of pass, fail and skip, and what to say about it."""
    skip = re.fullmatch(r"SKIP: (.+)\n", got)
    if skip:
        return "skip", skip.group(1)
    missing = re.fullmatch(
        r"Traceback .*\n(?:  File .*\n)+ImportError: (?:can't import name|no module named) '?(\w+)'?\n.*\n",
        got,
    )
    if missing and missing.group(1) in lacks:
        return "skip", f"needs {missing.group(1)}"
    exp = test.with_name(test.name + ".exp")
    if update:
        exp.write_text(got)
        return "pass", ""
    if not exp.exists():
        return "fail", f"There is no {exp.name}. It printed:\n{got}"
    want = exp.read_text()
    if got == want:
        return "pass", ""
    lines = difflib.unified_diff(
        want.splitlines(), got.splitlines(), "expected", "printed", lineterm=""
    )
    return "fail", "\n".join(lines) or "Only the newline at the end differs."


def main():
    """Run, print, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", help="the interpreter, with arguments if it needs any")
    parser.add_argument("files", nargs="*", type=Path, help="tests; all of them if none is named")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="tests at a time")
    parser.add_argument("--timeout", type=int, default=60, metavar="S", help="for one test")
    parser.add_argument(
        "--lacks", action="append", default=[], metavar="NAME", help="what is not there"
    )
    parser.add_argument(
        "--path", default=".frozen", metavar="PATHS", help="where modules are: MICROPYPATH"
    )
    parser.add_argument("--update", action="store_true", help="take what is printed as expected")
    args = parser.parse_args()

    command = shlex.split(args.command)
    if os.sep in command[0]:
        command[0] = os.path.abspath(command[0])
    if not shutil.which(command[0]):
        parser.error(f"there is no {command[0]}")
    tests = [file.resolve() for file in args.files] or sorted(TESTS.glob("*.py"))
    if not tests:
        parser.error(f"no tests in {TESTS}")

    count = {"pass": 0, "fail": 0, "skip": 0}
    with ThreadPoolExecutor(args.j) as pool:
        outputs = pool.map(lambda test: output(command, test, args.timeout, args.path), tests)
        for test, got in zip(tests, outputs):
            verdict, text = judge(test, got, args.update, args.lacks)
            count[verdict] += 1
            print(f"{verdict} {test.name}" + (f": {text}" if verdict == "skip" else ""))
            if verdict == "fail":
                print("    " + text.replace("\n", "\n    "), flush=True)
    if not args.files:
        for exp in sorted(TESTS.glob("*.exp")):
            if not exp.with_suffix("").exists():
                count["fail"] += 1
                print(f"fail {exp.name}: no such test")
    print(f"{count['pass']} passed, {count['fail']} failed, {count['skip']} skipped")
    return 1 if count["fail"] else 0


if __name__ == "__main__":
    sys.exit(main())
