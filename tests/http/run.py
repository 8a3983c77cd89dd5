#!/usr/bin/env python3
"""A web server on our loop and on stock asyncio: run.py [--rounds N] MICROPYTHON

server.py, written with microdot as PyPI has it (in build/http), answers 2000 requests of `ab` over 50
concurrent connections on loopback; beside it a driver task waits for a device (a pipe, with fast I/O
on our loop) and another task for a condition (`when`). It prints how late these two were, and the
requests per second, rounds of ours and of stock's taking turns. It fails if a request failed, if the
two were kept waiting by more than the step under way, or if a request costs more than on stock.

None of that is judged by the clock, because times and rates on a machine that others use too vary by
far more than the loops differ; they are for the reader.
- Lateness is judged by what the server did meanwhile: how many requests came to their page between
  an event and the step of its task. On our loop that is 0, or 1 if it was the step under way. One
  event in twenty may be worse: where the machine stops the device between its clock and its pipe.
- What a request costs is counted: callgrind runs the server for a few and for many requests, beside
  the same two tasks; the difference of the instructions over that of the requests is the cost of
  one. The server runs fifty times slower there, so the events come that much more seldom, and the
  figure holds as much of their work as at full speed. What the kernel does is not in it; it is in
  the processor time that the table gives.
"""

import argparse
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from bisect import bisect
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
LIBRARIES = HERE.parent.parent / "build/http"
LOOPS = {"ours": "asyncio", "stock": "stock_asyncio"}
REQUESTS, CONNECTIONS = 2000, 50
COUNTED = 100, 400  # requests under callgrind
EVENT_US = 5300  # no multiple of the loops' millisecond
TASKS = "device", "when"
MOST = 0.95  # of the events
SLOWER = 50  # what callgrind makes of a program


@dataclass
class Round:
    """What a run of the server gave."""

    rate: float = 0  # requests per second
    cpu_us: float = 0  # of the server, per request
    instructions: int = 0  # if callgrind ran it
    late: dict = field(default_factory=dict)  # how late each task was, in us, and
    passed_by: dict = field(default_factory=dict)  # by how many requests; in ascending order
    faults: list = field(default_factory=list)


def free_port():
    """A port that nothing listens at."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def feed(device, event_us, ended):
    """Be the device: send the instant of an event, again and again."""
    while not ended.wait(event_us / 1e6):
        now = time.monotonic_ns() // 1000 & 0x3FFFFFFF  # as ticks_us() has it
        device.write(struct.pack("<I", now))
        device.flush()


def cpu_us(pid):
    """The processor's time that a process took, to a hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")


def ab(url, requests):
    """Have ab send the requests: its rate, and what went wrong."""
    command = ["ab", "-q", "-s", "60", "-n", str(requests), "-c", str(CONNECTIONS), url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)

    def figure(label):
        found = re.search(rf"^{label}:\s+([\d.]+)", done.stdout, re.MULTILINE)
        return float(found[1]) if found else 0

    faults = [
        f"{what}: {figure(what):.0f}"
        for what in ("Failed requests", "Non-2xx responses", "Write errors")
        if figure(what)
    ]
    if done.returncode or figure("Complete requests") != requests:
        faults.append(f"ab ended after {figure('Complete requests'):.0f}: {done.stderr.strip()}")
    return figure("Requests per second"), faults


def serve(command, loop, requests, event_us):
    """Start the server and have it answer."""
    port = free_port()
    words = [*command, HERE / "server.py", LOOPS[loop], port, requests, event_us]
    server = subprocess.Popen(
        [str(word) for word in words],
        env={**os.environ, "MICROPYPATH": f".frozen:{LIBRARIES}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    ended = threading.Event()
    device = threading.Thread(target=feed, args=(server.stdin, event_us, ended), daemon=True)
    this = Round()
    try:
        if server.stdout.readline() == b"ready\n":
            device.start()
            this.rate, this.faults = ab(f"http://127.0.0.1:{port}/", requests)
            this.cpu_us = cpu_us(server.pid) / requests
            ended.set()
            device.join()
        out, err = server.communicate(timeout=60)  # closes the device: the server ends
    finally:
        ended.set()
        server.kill()
        server.wait()
    err = err.decode(errors="replace")
    counted = re.search(r"Collected : (\d+)", err)
    this.instructions = int(counted[1]) if counted else 0
    *said, report = out.decode(errors="replace").splitlines() or [""]
    said += [line for line in err.splitlines() if not line.startswith("==")]  # callgrind says ==
    if server.returncode or said:
        this.faults.append("\n".join([f"the server ended with {server.returncode}", *said]))
        return this
    report = json.loads(report)
    begun = report["begun"]
    if len(begun) != requests:
        this.faults.append(f"the server counted {len(begun)} requests")
    for task, events in report["events"].items():
        this.late[task] = sorted(ran - event for event, ran in events)
        this.passed_by[task] = sorted(bisect(begun, r) - bisect(begun, e) for e, r in events)
    return this


def cost(micropython, loop):
    """The instructions of one request; and what went wrong."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", micropython]
    few, many = (serve(command, loop, n, EVENT_US * SLOWER) for n in COUNTED)
    each = (many.instructions - few.instructions) / (COUNTED[1] - COUNTED[0])
    return each, few.faults + many.faults


def within(values, part):
    """What so great a part of them does not exceed."""
    return values[min(int(part * len(values)), len(values) - 1)] if values else float("nan")


def take_turns(micropython, rounds):
    """Run them, a row of the table for each; {loop: its rounds}."""
    row = "{:6}{:>9}{:>7}  {:>8}{:>8}{:>8}{:>6}  {:>8}{:>8}{:>8}{:>6}".format
    print(
        f"{REQUESTS} requests over {CONNECTIONS} connections. Beside that, how late two tasks were,"
    )
    print("in ms; and by how many requests.\n")
    print(row("", "requests", "cpu us", *[word for task in TASKS for word in (task, "", "", "")]))
    print(row("loop", "per s", "each", *("p50", "p99", "max", "p95") * len(TASKS)))
    runs = {loop: [] for loop in LOOPS}
    for _ in range(rounds):
        for loop, its in runs.items():
            this = serve([micropython], loop, REQUESTS, EVENT_US)
            its.append(this)
            figures = []
            for task in TASKS:
                late = this.late.get(task, [])
                figures += (f"{within(late, part) / 1000:.3f}" for part in (0.5, 0.99, 1))
                figures.append(within(this.passed_by.get(task, []), MOST))
            print(row(loop, f"{this.rate:.0f}", f"{this.cpu_us:.0f}", *figures), flush=True)
    return runs


def main():
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("micropython", type=os.path.abspath)
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="for each loop")
    args = parser.parse_args()

    runs = take_turns(args.micropython, args.rounds)
    with ThreadPoolExecutor(len(LOOPS)) as pool:
        costs = dict(zip(LOOPS, pool.map(lambda loop: cost(args.micropython, loop), LOOPS)))

    def medians(figure):
        return [median(figure(run) for run in its) for its in runs.values()]

    row = "{:24}{:>9.{places}f}{:>9.{places}f}".format
    print("\n{:24}{:>9}{:>9}".format("medians", *LOOPS))
    print(row("requests per second", *medians(lambda run: run.rate), places=0))
    for task in TASKS:
        ms = medians(lambda run: within(run.late.get(task, []), 0.5) / 1000)
        print(row(f"{task}: ms late", *ms, places=3))
    print(row("instructions per request", *(each for each, _ in costs.values()), places=0), "\n")

    checks = []
    for loop, its in runs.items():
        faults = [fault for run in its for fault in run.faults] + costs[loop][1]
        checks.append((f"{loop}: all requests answered", not faults, faults))
    for task in TASKS:
        all_of_it = sorted(n for run in runs["ours"] for n in run.passed_by.get(task, []))
        worst = within(all_of_it, MOST)
        checks.append((f"{task}: waits for the step under way only", worst <= 1, [worst]))
    ours, stock = (each for each, _ in costs.values())
    checks.append(("a request costs no more than on stock", 0 < ours <= stock, [ours, stock]))
    for name, good, why in checks:
        print("pass" if good else "fail", name)
        if not good:
            print(*why, sep="\n")
    passed = sum(good for _, good, _ in checks)
    print(f"{passed} passed, {len(checks) - passed} failed, 0 skipped")
    return 1 if passed < len(checks) else 0


if __name__ == "__main__":
    sys.exit(main())
