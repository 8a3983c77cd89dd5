#!/usr/bin/env python3
"""Fuzz the core against the model: run.py [--time S] [--corpus]

What is found on the way is kept in build/fuzz/corpus. An input that fails is made small and its name is said.
--corpus does not fuzz: it makes the committed corpus anew, as few inputs as cover what all together cover.
"""

import argparse
import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "tests/fuzz"
BUILD = ROOT / "build/fuzz"
CORPUS = HERE / "corpus.hex"  # an input a line
LONGEST = 700  # bytes of an input: some 300 operations
BINARY = "model"


def sanitizer():
    """What the toolchain can watch memory with."""
    sysroot = Path(subprocess.check_output(["rustc", "--print", "sysroot"], text=True).strip())
    found = list(sysroot.glob("lib/rustlib/*/lib/librustc*_rt.asan.a"))
    return "address" if found else "none"


def cargo_fuzz(verb, *argv, quiet=False):
    """Run cargo fuzz; its status and what it printed. Leaks: the core allocates nothing."""
    command = ["cargo", "fuzz", verb, "--fuzz-dir", HERE, "--target-dir", BUILD / "target"]
    command += ["--sanitizer", sanitizer(), BINARY, *argv]
    path = f"{ROOT / 'build/cargo-fuzz/bin'}{os.pathsep}{os.environ['PATH']}"
    # A stable toolchain has the sanitizers, but wants to be asked twice.
    env = dict(os.environ, PATH=path, RUSTC_BOOTSTRAP="1", ASAN_OPTIONS="detect_leaks=0")
    log = ROOT / f"build/logs/fuzz-{verb}.log"
    with log.open("w") as out:
        argv = [str(arg) for arg in command]
        status = subprocess.call(argv, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT)
    text = log.read_text(errors="replace")
    if status != 0 and not quiet:
        print(
            "\n".join(text.splitlines()[-40:]),
            f"Failed. All of it: {log.relative_to(ROOT)}",
            sep="\n",
        )
    return status, text


def fuzz(seconds):
    """Fuzz that long; whether nothing failed."""
    artifacts = BUILD / "artifacts"
    artifacts.mkdir(exist_ok=True)
    before = set(artifacts.iterdir())
    status, text = cargo_fuzz(
        "run",
        BUILD / "corpus",
        unpack(),
        HERE / "regressions",
        "--",
        f"-artifact_prefix={artifacts}/",
        f"-max_len={LONGEST}",
        f"-max_total_time={seconds}",
        "-timeout=60",
        "-print_final_stats=1",
    )
    done = re.findall(r"^Done (\d+) runs in (\d+) second", text, re.MULTILINE)
    edges = re.findall(r" cov: (\d+) ", text)
    operations = re.findall(r"^operations: (\d+)$", text, re.MULTILINE)
    if status == 0 and done and operations:
        runs, took = done[-1]
        print(
            f"sanitizer {sanitizer()}: {runs} inputs, {operations[-1]} operations"
            f" in {took} s, {edges[-1]} edges, nothing failed"
        )
        return True
    for failing in sorted(set(artifacts.iterdir()) - before):
        cargo_fuzz("tmin", failing, quiet=True)
        print(
            f"This fails: {failing.relative_to(ROOT)}. Copy it (or the smaller minimized-from-* beside"
        )
        print(
            "tests/fuzz/artifacts) into tests/fuzz/regressions, by the name of what is wrong, and mend that."
        )
    return False


def unpack():
    """The committed inputs as files, in a folder."""
    seeds = BUILD / "seeds"
    shutil.rmtree(seeds, ignore_errors=True)
    seeds.mkdir(parents=True)
    for n, line in enumerate(CORPUS.read_text().split()):
        (seeds / str(n)).write_bytes(bytes.fromhex(line))
    return seeds


def renew_corpus():
    """Choose from all inputs that are known."""
    new = BUILD / "new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    # By edges only, not by how often each is passed: some hundred inputs instead of thousands.
    flags = ("-merge=1", "-use_counters=0", f"-max_len={LONGEST}")
    status, _ = cargo_fuzz("run", new, unpack(), BUILD / "corpus", "--", *flags)
    # And some long ones, in which more things meet; by their names, which are hashes: at random.
    known = (file for file in sorted((BUILD / "corpus").iterdir()) if file.stat().st_size > 100)
    files = (*new.iterdir(), *itertools.islice(known, 100))
    lines = {file.read_bytes().hex() for file in files} - {""}
    if status != 0 or not lines:
        return False
    CORPUS.write_text(
        "".join(f"{line}\n" for line in sorted(lines, key=lambda line: (len(line), line)))
    )
    print(f"{len(lines)} inputs, {CORPUS.stat().st_size} bytes: {CORPUS.relative_to(ROOT)}")
    return True


def main():
    """Do what is asked; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--time", type=int, default=600, metavar="S", help="seconds in all")
    parser.add_argument("--corpus", action="store_true", help="make the committed corpus anew")
    args = parser.parse_args()
    (BUILD / "corpus").mkdir(parents=True, exist_ok=True)
    (ROOT / "build/logs").mkdir(exist_ok=True)
    if args.corpus:
        return 0 if renew_corpus() else 1
    return 0 if fuzz(args.time) else 1


if __name__ == "__main__":
    sys.exit(main())
