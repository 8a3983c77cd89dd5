#!/usr/bin/env python3
"""Collect what `make release` has built into build/release: release.py

An archive of the source; the native .mpy of each architecture; the stubs for editors; the documentation; the page to try it in;
checksums; and TESTED.md, which says what was tested how. What is missing is an error, but for --without NAME.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build/release"
TESTED = ROOT / "build/tested.json"  # what `make test` wrote

# What is packed: the folder under build/, and what makes it.
FOLDERS = {
    "mpy": ("mpy", "make mpy"),
    "docs": ("docs/html", "make docs"),
    "playground": ("playground", "make playground"),
}


def version():
    """That of Cargo.toml."""
    return re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M).group(1)


def git(*argv):
    """What git prints."""
    return subprocess.run(
        ["git", *argv], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def plain(info):
    """An archive's member without who made it and when, so that the same files make the same archive."""
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    return info


def pack(folder, name):
    """A folder as NAME.tar.gz."""
    with tarfile.open(OUT / f"{name}.tar.gz", "w:gz") as archive:
        for file in sorted(folder.rglob("*")):
            archive.add(file, f"{name}/{file.relative_to(folder)}", recursive=False, filter=plain)


def tested():
    """What was tested how, as a page."""
    lines = [f"# What was tested of {version()}", "", f"Commit {git('rev-parse', 'HEAD')}.", ""]
    try:
        record = json.loads(TESTED.read_text())
    except OSError:
        return "\n".join([*lines, "`make test` did not run on this tree.", ""])
    if record["commit"] != git("rev-parse", "HEAD"):
        lines += [f"The tests ran on commit {record['commit']}.", ""]
    lines += ["| group of `make test` | passed | failed | skipped |", "|---|--:|--:|--:|"]
    lines += ["| {} | {} | {} | {} |".format(*row) for row in record["groups"]]
    return "\n".join([*lines, ""])


def main():
    """Write build/release, and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    choices = [*FOLDERS, "stubs"]
    parser.add_argument("--without", action="append", default=[], choices=choices)
    args = parser.parse_args()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    name = f"uasyncio-priority-{version()}"
    if git("status", "--porcelain"):
        sys.exit("the tree has changes that are not committed: a release is made of a commit")
    source = ("--format=tar.gz", f"--prefix={name}/", "-o", OUT / f"{name}.tar.gz", "HEAD")
    git("archive", *source)
    for part, (folder, verb) in FOLDERS.items():
        if part in args.without:
            continue
        if not (ROOT / "build" / folder).is_dir():
            sys.exit(f"there is no build/{folder}: {verb}")
        pack(ROOT / "build" / folder, f"{name}-{part}")
    if "stubs" not in args.without:
        wheels = [*(ROOT / "build/stubs").glob("*.whl"), *(ROOT / "build/stubs").glob("*.tar.gz")]
        if len(wheels) != 2:
            sys.exit(
                f"there is not one wheel and one archive in build/stubs, but {len(wheels)}: make stubs"
            )
        for file in wheels:
            shutil.copy(file, OUT)
    (OUT / "TESTED.md").write_text(tested())
    files = sorted(OUT.iterdir())
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (OUT / "SHA256SUMS").write_text("".join(sums))
    for file in files:
        print(f"{file.stat().st_size:10} build/release/{file.name}")


if __name__ == "__main__":
    sys.exit(main())
