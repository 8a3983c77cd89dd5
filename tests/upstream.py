#!/usr/bin/env python3
"""MicroPython's own asyncio tests, from its source tree, on our firmware: upstream.py MICROPYTHON TREE [NAME...]

All of extmod/asyncio_*.py, net_hosted/asyncio_*.py and multi_net/asyncio_t*.py, once under each name by which a
program may import our loop. Nothing in them is changed but that import. Where our own `ssl` is, also the tests of that,
once. A skipped test counts as failed: our firmware has all that they need; but a build without TLS skips its tests.
With --board, MICROPYTHON is ports/qemu/run.py or tests/pico/run.py, and without sockets there it is the first kind.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("asyncio", "uasyncio", "asyncio_priority")

# Tests of theirs whose expected output is not that which lies beside them but what CPython prints, and what is changed
# in them. Theirs tells of a second task that runs what is awaited: it swallows a cancel or a time-out that the caller
# then gets all the same, and the caller goes on before its clean-up is over. Here, and in CPython since 3.12, it runs in the
# caller's own task (docs/behaviour.md, section 7). So it takes fewer rounds too: the first one of four is left, for the
# task has ended after the second, which the test asserts that it has not.
AS_CPYTHON = {
    "asyncio_wait_for.py": ("for num_sleep in range(1, 5):", "for num_sleep in range(1, 2):"),
    "asyncio_wait_for_fwd.py": ("", ""),
}
# Of the tests of ssl these need a method that only MicroPython's coverage build has, or the library `unittest`, which
# is not in MicroPython's tree.
NOT_FOR_SSL = (
    "ssl_ioctl.py",
    "ssl_poll.py",
    "ssl_noleak.py",
    "tls_noleak.py",
    "tls_threads.py",
    "sslcontext_getpeercert.py",
)
# These tests go by the machine's own clock where there is no emulator: one that was too busy gets another chance.
TRIES = 3
HERE = Path(__file__).resolve().parent.parent
# CPython, by a clock that does not go on while the machine is busy: some of the tests print how often they got to run.
CPYTHON = (sys.executable, HERE / "tests/programs/virtual.py")


def as_cpython(test):
    """What CPython's asyncio prints."""
    done = subprocess.run([*CPYTHON, test], cwd=test.parent, stdout=subprocess.PIPE, timeout=300)
    if done.returncode:
        sys.exit(f"CPython fails at {test}")
    return done.stdout


def copy_tests(tree, to, name):
    """The tests with their import changed to `name`, and expected output for each; the three kinds of them."""
    if to.exists():
        shutil.rmtree(to)
    shutil.copytree(
        tree,
        to,
        ignore=lambda d, names: set(names) - {"tests", "tools"} if Path(d) == tree else (),
    )
    tests = to / "tests"
    extmod = sorted((tests / "extmod").glob("asyncio_*.py"))
    hosted = sorted((tests / "net_hosted").glob("asyncio_*.py"))
    multi = sorted((tests / "multi_net").glob("asyncio_t*.py"))
    if not (extmod and hosted and multi):
        sys.exit(f"{tree} has no asyncio tests")
    for test in extmod:
        expected = test.with_suffix(".py.exp")
        if test.name in AS_CPYTHON:
            before, after = AS_CPYTHON[test.name]
            text = test.read_text()
            if before not in text:
                sys.exit(f"{test} is not as it was: what is to be changed in it?")
            test.write_text(text.replace(before, after))
            printed = as_cpython(test)
            theirs = expected.with_suffix(".theirs")
            shutil.copy(expected, theirs)
            if theirs.read_bytes() == printed:
                sys.exit(f"{test} expects what CPython prints: it need not be named here")
            expected.write_bytes(printed)
        elif not expected.exists():
            expected.write_bytes(as_cpython(test))
    if name != "asyncio":
        for test in extmod + hosted + multi:
            text = test.read_text()
            text = re.sub(
                r"^(\s*import (?:\w+, )*)asyncio$", rf"\1{name} as asyncio", text, flags=re.M
            )
            test.write_text(text)
    return tests, extmod, hosted, multi


def ssl_tests(tests, folder):
    """MicroPython's tests of ssl and tls in that folder."""
    found = [f for p in ("ssl*.py", "tls*.py") for f in sorted((tests / folder).glob(p))]
    return [file for file in found if file.name not in NOT_FOR_SSL]


def has_tls(micropython):
    """Whether that firmware has TLS."""
    argv = [micropython, "-c", "import ssl"]
    return not subprocess.run(argv, capture_output=True).returncode


def run(tests, micropython, command, files, tries):
    """Run one of the tree's runners; (passed, failed) of these files. What failed is tried again."""
    names = [str(file.relative_to(tests)) for file in files]
    done = subprocess.run(
        [sys.executable, *command, *names],
        cwd=tests,
        env={**os.environ, "MICROPY_MICROPYTHON": str(micropython)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = r"^pass +{0}\b|^{0} on .*: pass"
    failed = [
        name for name in names if not re.search(passed.format(re.escape(name)), done.stdout, re.M)
    ]
    if failed:
        print(done.stdout)
    if failed and tries > 1:
        print("again:", *failed)
        passed, _ = run(tests, micropython, command, [tests / name for name in failed], tries - 1)
        return len(names) - len(failed) + passed, len(failed) - passed
    for name in failed:
        print(f"failed: {name}")
    return len(names) - len(failed), len(failed)


def main():
    """Run them under each name, print the totals, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("tree", type=Path)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--board", help="run them on this board in an emulator")
    args = parser.parse_args()
    micropython = args.micropython.resolve()
    folder = HERE / "build/upstream"
    if args.board:
        # The runner wants one command.
        folder /= args.board
        folder.mkdir(parents=True, exist_ok=True)
        command = folder / "micropython"
        command.write_text(f'#!/bin/sh\nexec "{micropython}" "{args.board}" "$@"\n')
        command.chmod(0o755)
        micropython = command
    total = [0, 0, 0]
    tls = not args.board and has_tls(micropython)
    for name in args.names:
        tests, extmod, hosted, multi = copy_tests(args.tree.resolve(), folder / name, name)
        without = [] if tls else [file for file in multi if "tls" in file.name]
        multi = [file for file in multi if file not in without]
        if tls and name == args.names[0]:
            extmod = extmod + ssl_tests(tests, "extmod")
            multi += ssl_tests(tests, "multi_net")
        # Since MicroPython 1.28 two of MICROPY_MICROPYTHON are what it takes by itself.
        known = '"--instance"' in (tests / "run-multitests.py").read_text()
        instances = ("-i", "micropython", "-i", "micropython") if known else ()
        if args.board:
            # Its clock is virtual: two at a time do not disturb each other, nor does a machine that does much else.
            runner = tests / "run-tests.py"
            patient, places = re.subn(
                r"^TEST_TIMEOUT = .*$", "TEST_TIMEOUT = 900", runner.read_text(), flags=re.M
            )
            if places != 1:
                sys.exit(f"{runner} has no TEST_TIMEOUT")
            runner.write_text(patient)
            runs = ((["run-tests.py", "--keep-path", "-j2"], extmod),)
        else:
            runs = (
                (["run-tests.py", "--keep-path", "-j1"], extmod),  # they go by the clock
                (["run-tests.py", "--keep-path", "-j1"], hosted),  # they share a port
                (["run-multitests.py", *instances], multi),
            )
            for file in without:
                print(f"skip {file.name}: no TLS in this firmware")
            total[2] += len(without)
        tries = 1 if args.board else TRIES
        counts = [run(tests, micropython, command, files, tries) for command, files in runs]
        passed, failed = (sum(column) for column in zip(*counts))
        print(f"under the name {name}: {passed} passed, {failed} failed", flush=True)
        total = [total[0] + passed, total[1] + failed, total[2]]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
