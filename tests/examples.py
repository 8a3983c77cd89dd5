#!/usr/bin/env python3
"""Run the examples, and compare what they print: examples.py COMMAND [--libraries FOLDER] [--update] [NAME...]

examples/NAME.py runs in virtual time, beside its scene, which is tests/examples/scenes/scene_NAME.py: what happens when
to the hardware, which is tests/examples/fakes. One that makes time virtual itself runs alone. What comes out, of it and
of the hardware, is examples/NAME.out, to the byte, both times that it runs, and takes less than 3 s of the processor.
Those that need a library run where --libraries says where that is, and only those. Ends with `N passed, N failed, N
skipped`.
"""

import argparse
import difflib
import os
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
HERE = ROOT / "tests/examples"
MOST_S = (
    3  # of this processor, 20 times what the longest takes; an emulated board takes what it takes
)


def needs_library(example):
    """Whether it imports what MicroPython has not."""
    return "from microdot import" in example.read_text()


def alone(example):
    """Whether it needs no scene."""
    return "with virtual_time()" in example.read_text()


def scene(example):
    """What happens to it."""
    return HERE / f"scenes/scene_{example.stem}.py"


def examples():
    """What is run: all but the parts of the tutorial's programs, which have names that `import` knows."""
    tutorial = [file for file in EXAMPLES.glob("tutorial/*.py") if not file.stem.isidentifier()]
    return sorted(EXAMPLES.glob("*.py")) + sorted(tutorial)


def run(command, example, path):
    """What it prints, its errors included."""
    words = (
        [example] if alone(example) else ["tests/examples/scene.py", example.parent, example.stem]
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, *(str(word) for word in words)],
        cwd=ROOT,
        env={**os.environ, "MICROPYPATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    end = f"exit status {done.returncode}\n" if done.returncode else ""
    if took > MOST_S and len(command) == 1:
        end += f"it took {took:.1f} s of the processor\n"
    return done.stdout.replace("\r\n", "\n") + done.stderr + end


def faults():
    """Files without what belongs to them."""
    known = examples()
    for file in known:
        if alone(file) == scene(file).exists():
            yield f"{file.name}: it needs a scene, or to make time virtual, and not both"
    for file in sorted(HERE.glob("scenes/scene_*.py")):
        if file not in map(scene, known):
            yield f"{file.name}: there is no such example"
    for file in sorted(EXAMPLES.glob("**/*.out")):
        if file.with_suffix(".py") not in known:
            yield f"{file.name}: there is no such example"


def main():
    """Run, print, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", help="the interpreter, with arguments if it needs any")
    parser.add_argument("names", nargs="*", help="examples; all of them if none is named")
    parser.add_argument("--update", action="store_true", help="take what is printed as expected")
    parser.add_argument("--once", action="store_true", help="run each once only")
    parser.add_argument("--libraries", metavar="FOLDER", help="where they are")
    args = parser.parse_args()
    command = shlex.split(args.command)
    if os.sep in command[0]:
        command[0] = os.path.abspath(command[0])
    chosen = [file for file in examples() if not args.names or file.stem in args.names]
    chosen = [file for file in chosen if needs_library(file) == bool(args.libraries)]
    path = f".frozen:{args.libraries}" if args.libraries else ".frozen"
    if not chosen or len(chosen) < len(args.names):
        parser.error("no such example")

    passed = failed = skipped = 0
    for example in chosen:
        got = run(command, example, path)
        why = re.fullmatch("SKIP: (.+)\n", got)
        if why:
            print(f"skip {example.name}: {why.group(1)}")
            skipped += 1
            continue
        again = got if args.once else run(command, example, path)
        out = example.with_suffix(".out")
        if args.update:
            out.write_text(got)
        want = out.read_text() if out.exists() else ""
        good = got == again == want != ""
        passed += good
        failed += not good
        print("pass" if good else "fail", example.relative_to(EXAMPLES))
        if got != want:
            lines = want.splitlines(), got.splitlines(), "expected", "printed"
            print(*difflib.unified_diff(*lines, lineterm=""), sep="\n")
        if again != got:
            lines = got.splitlines(), again.splitlines(), "printed", "printed the second time"
            print(*difflib.unified_diff(*lines, lineterm=""), sep="\n")
    for fault in faults():
        failed += 1
        print("fail", fault)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
