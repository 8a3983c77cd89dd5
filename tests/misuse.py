#!/usr/bin/env python3
"""Random programs over the public API on the unix firmware: misuse.py MICROPYTHON [--asserts MICROPYTHON] [--long]

None may crash the interpreter, hang, or make the loop lose what others queued; misuse/generate.py makes them and
misuse/prelude.py judges them. What fails is made smaller and written to build/misuse/. Programs that failed once are in
misuse/kept/ and run first. Ends with `N passed, N failed`.
"""

import argparse
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tests/misuse"
KEPT = HERE / "kept"
FAILED = ROOT / "build/misuse"
SLOW = 30  # seconds of real time after which a program hangs; all of them together take a second or two
ENV = dict(os.environ, MICROPYPATH=".frozen")

sys.path.append(str(HERE))
import generate  # noqa: E402


class Runner:
    """Runs programs on an interpreter."""

    def __init__(self, micropython):
        self.command = [str(micropython), "-X", "heapsize=2m", str(HERE / "batch.py"), str(HERE)]

    def batch(self, programs):
        """Run (number, text) pairs in one process: ({number: (reached, what is wrong or None)}, how it ended).

        Programs behind one that ends the process are not in there.
        """
        with tempfile.NamedTemporaryFile("w", suffix=".batch") as file:
            for number, text in programs:
                file.write(f"{number} {len(text)}\n{text}")
            file.flush()
            with tempfile.TemporaryFile() as errors:
                process = subprocess.Popen(
                    [*self.command, file.name],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=ENV,
                    start_new_session=True,
                )
                results, end = self.follow(process)
                if process.returncode:
                    errors.seek(max(0, errors.tell() - 300))
                    tail = errors.read().decode(errors="replace").strip().splitlines()
                    end = end or f"exit status {process.returncode}: {' / '.join(tail[-3:])}"
        started = [number for number in results if results[number] is None]
        for number in started:
            results[number] = 0, end or "it ended the process"
        return results

    def follow(self, process):
        """What a process says about its programs, None for one that it is not done with; and whether it hangs."""
        results = {}
        rest = b""
        end = None
        out = process.stdout.fileno()
        while True:
            if not select.select([out], [], [], SLOW)[0]:
                end = "it hangs"
                os.killpg(process.pid, signal.SIGKILL)
                break
            data = os.read(out, 65536)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                at = line.find(b"@")  # behind what a program printed
                words = line[max(at, 0) :].decode(errors="replace").split(" ", 3)
                if words[0] == "@s":
                    results[int(words[1])] = None
                elif words[0] == "@e":
                    wrong = words[3] if len(words) > 3 else None
                    results[int(words[1])] = int(words[2], 16), wrong
        process.wait()
        process.stdout.close()
        return results, end

    def wrong(self, *texts):
        """What is wrong with the last of these programs, run one after the other; or None."""
        results = self.batch(list(enumerate(texts)))
        return results.get(len(texts) - 1, (0, None))[1]


def kind_of(wrong):
    """What must stay the same while a program is made smaller."""
    return wrong and wrong.split(":")[0]


def smaller(items, fails):
    """Leave out what can be left out of a list, for fails(list) to stay true."""
    n = max(1, len(items) // 2)
    while items:
        at = 0
        while at < len(items):
            less = items[:at] + items[at + n :]
            if fails(less):
                items = less
            else:
                at += n
        if n == 1:
            break
        n = max(1, n // 2)
    return items


def shrink(nodes, fails):
    """The smallest program found that still fails: nodes are left out, at every depth, and guards."""

    def inside(holder, build):
        fixed = [node for node in holder if node.stays]
        rest = [node for node in holder if not node.stays]
        kept = fixed + smaller(rest, lambda less: fails(build(fixed + less)))
        for i, node in enumerate(kept):
            if node.body and not node.stays:
                guard, names = node.guard, node.names

                def with_body(body, i=i, node=node, guard=guard, names=names):
                    new = generate.Node(node.text, names, body, guard)
                    return build(kept[:i] + [new] + kept[i + 1 :])

                body = inside(node.body, with_body)
                kept[i] = generate.Node(node.text, names, body, guard)
        return kept

    before = None
    while before != (text := generate.render(nodes)):
        before = text
        nodes = inside(list(nodes), lambda built: built)
    return nodes


class Report:
    """What was found."""

    def __init__(self):
        self.passed = self.failed = 0
        self.reached = set()

    def fail(self, what, text):
        """A program fails: keep it."""
        self.failed += 1
        FAILED.mkdir(parents=True, exist_ok=True)
        path = FAILED / f"{what.split(':')[0].replace(' ', '_')}.py"
        path.write_text(f"# {what}\n{text}")
        print(
            f"fail {what}: {path.relative_to(ROOT)}\n    " + text.replace("\n", "\n    "),
            flush=True,
        )


def investigate(runner, generator, before, number, wrong, report):
    """A program failed behind others in one process: which does it take, and how much of it?"""
    nodes = generator.program(number)
    kind = kind_of(wrong)
    if kind_of(runner.wrong(generate.render(nodes))) == kind:
        nodes = shrink(nodes, lambda less: kind_of(runner.wrong(generate.render(less))) == kind)
        report.fail(f"{number}: {wrong}", generate.render(nodes))
        return
    texts = [generate.render(generator.program(n)) for n in before]
    last = generate.render(nodes)
    if kind_of(runner.wrong(*texts, last)) != kind:
        report.fail(f"{number}: {wrong}, not again", last)
        return
    texts = smaller(texts, lambda less: kind_of(runner.wrong(*less, last)) == kind)
    report.fail(f"{number}: {wrong}, behind others", "\n# ----\n".join([*texts, last]))


def run(runner, generator, numbers, report, most):
    """Run the programs of these numbers in one process, or in more if some fail."""
    programs = {}
    for number in numbers:
        nodes = generator.program(number)
        flat = []

        def bit(node, flat=flat):
            flat.append(node)
            return len(flat) - 1

        programs[number] = generate.render(nodes, bit), flat
    left = list(numbers)
    while left:
        results = runner.batch([(n, programs[n][0]) for n in left])
        bad = [n for n in left if n not in results or results[n][1]]
        done = left[: left.index(bad[0])] if bad else left
        for n in done:
            report.passed += 1
            reached = results[n][0]
            for i, node in enumerate(programs[n][1]):
                if reached >> i & 1:
                    report.reached.update(node.names)
        if bad:
            wrong = results[bad[0]][1] if bad[0] in results else "it was not begun"
            if report.failed < most:
                investigate(runner, generator, done, bad[0], wrong, report)
            else:
                report.failed += 1
            left = left[len(done) + 1 :]
        else:
            left = []


def main():
    """Run all, print the count, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=Path)
    parser.add_argument("--asserts", type=Path, help="an interpreter for every second hundred")
    parser.add_argument("--long", action="store_true", help="100000 programs in place of 2000")
    parser.add_argument("--count", type=int, help="so many")
    parser.add_argument("--seed", default="1", help="other programs")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with program N")
    parser.add_argument("--show", type=int, metavar="N", help="print program N")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="processes at a time")
    args = parser.parse_args()
    runner = Runner(args.micropython.resolve())
    other = Runner((args.asserts or args.micropython).resolve())
    asked = subprocess.check_output(
        [args.micropython.resolve(), HERE / "inventory.py", HERE], env=ENV
    )
    inventory = json.loads(asked)
    if args.show is not None:
        print(generate.render(generate.Generator(inventory, args.seed).program(args.show)))
        return 0
    count = args.count or (100000 if args.long else 2000)
    report = Report()
    for path in sorted(KEPT.glob("*.py")):
        wrong = runner.wrong(path.read_text())
        if wrong:
            report.fail(f"{path.name}: {wrong}", path.read_text())
        else:
            report.passed += 1
    # One in fifty has a process of its own.
    numbers = range(args.first, args.first + count)
    batches = [numbers[i : i + 100] for i in range(0, count, 100)]
    batches = [part for b in batches for part in (b[:-2], b[-2:-1], b[-1:]) if len(part)]
    start = time.time()
    print(f"seed {args.seed}, programs {numbers[0]} to {numbers[-1]}", flush=True)

    def one(i):
        part = Report()
        # Each failing program takes some seconds to be made smaller.
        run(
            (runner, other)[i // 3 % 2],
            generate.Generator(inventory, args.seed),
            batches[i],
            part,
            max(0, 12 - report.failed),
        )
        return part

    with ThreadPoolExecutor(args.j) as pool:
        for i, part in enumerate(pool.map(one, range(len(batches)))):
            report.passed += part.passed
            report.failed += part.failed
            report.reached |= part.reached
            if args.long and i % 300 == 299:
                print(f"{report.passed} so far, {time.time() - start:.0f} s", flush=True)
    wanted = generate.Generator(inventory, args.seed).wanted()
    never = sorted(wanted - report.reached)
    if count >= 2000:
        if never:
            report.failed += 1
            print("names that no program reached:", ", ".join(never))
        else:
            report.passed += 1
            print(f"all {len(wanted)} public names were reached")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
