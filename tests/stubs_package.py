#!/usr/bin/env python3
"""The stubs as a package (packaging/stubs): it builds, installs, and lets mypy and Pyright tell right from wrong: stubs_package.py

`make setup-stubs` installs what it takes. The programs are those of tests/stubs_package: a checker must find an error in each line that ends in
`# wrong`, and in no other. Ends with `N passed, N failed`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "build/venv/bin/python"
ENV = dict(os.environ, PYTHONPATH=str(ROOT / "build/stubs-tools"))
PYRIGHT = ROOT / "build/pyright/node_modules/.bin/pyright"
PROGRAMS = sorted((ROOT / "tests/stubs_package").glob("*.py"))


def run(*argv, **more):
    """A command's status and output."""
    done = subprocess.run(
        [str(arg) for arg in argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **more,
    )
    return done.returncode, done.stdout


def mypy(folder):
    """{(file, line)} of its errors."""
    env = dict(ENV, MYPYPATH="typings")
    _, out = run(
        PYTHON, "-m", "mypy", "--strict", "--cache-dir=/dev/null", ".", cwd=folder, env=env
    )
    found = set()
    for line in out.splitlines():
        error = re.match(r"(?:\./)?([\w/.-]+):(\d+): error: (.*)", line)
        if error:
            found.add((error.group(1), int(error.group(2))))
            print(f"mypy: {line}")
        elif not re.match(r"Found|Success|.*: note: ", line):
            sys.exit(out)
    return found


def pyright(folder):
    """{(file, line)} of its errors."""
    _, out = run(PYRIGHT, "--outputjson", ".", cwd=folder)
    try:
        report = json.loads(out[out.index("{") :])
    except ValueError:
        sys.exit(out)
    found = set()
    for it in report["generalDiagnostics"]:
        if it["severity"] == "error":
            at = (os.path.relpath(it["file"], folder), it["range"]["start"]["line"] + 1)
            found.add(at)
            print(f"pyright: {at[0]}:{at[1]}: {it['message'].splitlines()[0]}")
    return found


def main():
    """Build, install, check; print the counts, return the exit status."""
    status, out = run(sys.executable, ROOT / "packaging/stubs/build.py")
    built = [ROOT / name for name in out.split()] if status == 0 else []
    kinds = sorted(path.suffix for path in built)
    if kinds != [".gz", ".whl"]:
        print(out)
        print("fail a wheel and an sdist are built")
        print("0 passed, 1 failed")
        return 1
    passed, failed = 1, 0
    wheel = next(path for path in built if path.suffix == ".whl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        offline = ("--no-deps", "--no-index", "-q", "--disable-pip-version-check")
        status, out = run(
            PYTHON, "-m", "pip", "install", *offline, "--target", folder / "typings", wheel
        )
        if status:
            sys.exit(out)
        for program in PROGRAMS:
            shutil.copy(program, folder)
        for name, check in ("mypy", mypy), ("pyright", pyright):
            found = check(folder)
            for program in PROGRAMS:
                wrong = {
                    number
                    for number, line in enumerate(program.read_text().splitlines(), 1)
                    if line.endswith("# wrong")
                }
                got = {number for file, number in found if file == program.name}
                good = got == wrong and bool(wrong) == program.name.startswith("wrong")
                passed += good
                failed += not good
                if not good:
                    print(
                        f"fail {name}, {program.name}: errors in lines {sorted(got)}, not {sorted(wrong)}"
                    )
            elsewhere = {at for at in found if at[0] not in {p.name for p in PROGRAMS}}
            passed += not elsewhere
            failed += bool(elsewhere)
            if elsewhere:
                print(f"fail {name}: errors in the stubs themselves: {sorted(elsewhere)}")
    if len(PROGRAMS) < 6:
        sys.exit("there are too few programs")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
