#!/usr/bin/env python3
"""Run the examples, and compare what they print: examples.py COMMAND [--update] [NAME...]

examples/NAME.py runs in virtual time, beside its scene, which is tests/examples/scenes/scene_NAME.py: what happens when
to the hardware, which is tests/examples/fakes. What comes out, of it and of the hardware, is examples/NAME.out, to the
byte, each time. Ends with `N passed, N failed`.
"""

import argparse
import difflib
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
HERE = ROOT / "tests/examples"


def examples():
    """Those that have a scene."""
    found = sorted(EXAMPLES.glob("*.py")) + sorted(EXAMPLES.glob("*/*.py"))
    return [file for file in found if (HERE / f"scenes/scene_{file.stem}.py").exists()]


def run(command, example):
    """What it prints, its errors included."""
    words = [
        *command,
        "tests/examples/scene.py",
        str(example.parent.relative_to(ROOT)),
        example.stem,
    ]
    done = subprocess.run(
        words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    end = f"exit status {done.returncode}\n" if done.returncode else ""
    return done.stdout.replace("\r\n", "\n") + done.stderr + end


def faults():
    """Files without what belongs to them."""
    stems = {file.stem for file in examples()}
    for scene in sorted(HERE.glob("scenes/scene_*.py")):
        if scene.stem.removeprefix("scene_") not in stems:
            yield f"{scene.name}: there is no such example"
    for out in sorted(EXAMPLES.glob("**/*.out")):
        if out.stem not in stems:
            yield f"{out.name}: there is no such example with a scene"


def main():
    """Run, print, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", help="the interpreter, with arguments if it needs any")
    parser.add_argument("names", nargs="*", help="examples; all of them if none is named")
    parser.add_argument("--update", action="store_true", help="take what is printed as expected")
    args = parser.parse_args()
    command = shlex.split(args.command)
    if os.sep in command[0]:
        command[0] = os.path.abspath(command[0])
    chosen = [file for file in examples() if not args.names or file.stem in args.names]
    if not chosen or len(chosen) < len(args.names):
        parser.error("no such example")

    passed = failed = 0
    with ThreadPoolExecutor(2) as pool:
        for example, got in zip(chosen, pool.map(lambda file: run(command, file), chosen)):
            out = example.with_suffix(".out")
            if args.update:
                out.write_text(got)
            want = out.read_text() if out.exists() else ""
            good = got == want and got != ""
            passed += good
            failed += not good
            print("pass" if good else "fail", example.relative_to(EXAMPLES))
            if not good:
                lines = want.splitlines(), got.splitlines(), "expected", "printed"
                print(*difflib.unified_diff(*lines, lineterm=""), sep="\n")
    for fault in faults():
        failed += 1
        print("fail", fault)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
