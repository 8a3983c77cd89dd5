#!/usr/bin/env python3
"""Faults that come from outside of the interpreter: faults.py COMMAND

reset BOARD           soft resets of a board in QEMU in the middle of a run
unix MICROPYTHON      peers that misbehave, descriptors that run out, system calls that fail, Ctrl-C
ctrl-c MICROPYTHON    Ctrl-C at any instant

Ends with `N passed, N failed`.
"""

import errno
import os
import random
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from qemu import Terminal

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "tests/faults"
RUN = ROOT / "ports/qemu/run.py"
SLOW = 120  # seconds of real time after which something hangs


def alike(board, resets, text, blur=0):
    """Whether each of so many starts was like the first, as soft.py tells; the heap's level within `blur`."""
    got = [line for line in text.replace("\r", "").splitlines() if line.startswith("# ")]
    levels = [int(line.split()[1]) for line in got]
    others = {line.split(maxsplit=2)[2] for line in got}
    if len(got) == resets + 1 and len(others) == 1 and max(levels) - min(levels) <= blur:
        print(f"{board}: {resets} soft resets, each start: {got[0]}")
        return True
    print(text[-1000:])
    for n, line in enumerate(got):
        if n == 0 or line != got[n - 1]:
            print(f"{board}: after {n} resets: {line}")
    return False


def reset(board, times=96):
    """Soft resets in the middle of a run, whatever it was left by: each start is like the first."""
    with tempfile.TemporaryFile("w+") as keys:
        for n in range(times):
            how = (0, 1, 2, 3, 5, 6)[n % 6]
            # After SystemExit a REPL resets itself, else on Ctrl-D.
            keys.write(f"import soft; soft.start()\rsoft.go({how})\r" + "\x04" * (how == 5))
        keys.write("import soft; soft.start()\r")
        keys.seek(0)
        done = subprocess.run(
            [RUN, board],
            stdin=keys,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SLOW,
            cwd=PROGRAMS,
        )
    return alike(board, times, done.stdout)


def interrupt(board, times=5):
    """Ctrl-C in the middle of a run, and Ctrl-D: each start is like the first."""
    text = b""
    os.chdir(PROGRAMS)
    term = Terminal(board)
    try:
        term.type(b"", b">>> ")
        for _ in range(times):
            text += term.type(b"import soft; soft.start()\r", b"[]\r\n>>> ")
            term.type(b"soft.go(4)\r", b"@\r\n")
            term.type(b"\x03", b"KeyboardInterrupt: \r\n>>> ")
            term.type(b"\x04", b"soft reboot")
            term.type(b"", b">>> ")
        text += term.type(b"import soft; soft.start()\r", b"[]\r\n>>> ")
    finally:
        term.close()
    # By the real clock no run is like another, and what is left on the stack may look like a reference or two.
    return alike(board, times, text.decode(), blur=64)


# -- unix


class Program:
    """A program of ours under way."""

    def __init__(self, micropython, *argv, limit=None, env=None):
        def prepare():
            if limit:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

        self.process = subprocess.Popen(
            [micropython, *argv],
            cwd=PROGRAMS,
            env=dict(os.environ, MICROPYPATH=".frozen", **(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=prepare,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def rest(self):
        """All that it prints from here on; it ends by itself."""
        return self.process.communicate(timeout=SLOW)[0].strip()


RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST


def press(program, times):
    """Ctrl-C at so many instants, each when the one before is told of; how often, and the line that begins with `done`."""
    waits = random.Random()
    watchdog = threading.Timer(SLOW, program.process.kill)
    watchdog.start()
    sent = 0
    try:
        for line in iter(program.process.stdout.readline, ""):
            if line.startswith("done"):
                return sent, line
            if sent < times:
                time.sleep(waits.uniform(0.0005, 0.006))
                program.process.send_signal(signal.SIGINT)
                sent += 1
        raise AssertionError(f"it ended too soon, or hung for {SLOW} s")
    finally:
        watchdog.cancel()


def interrupts(micropython):
    """Ctrl-C at 100 instants: at most the step under way is lost, all other tasks do all they have to."""
    with Program(micropython, "interrupts.py") as program:
        sent, line = press(program, 100)
        lost = program.process.stdout.readline().strip()
    words = line.split()
    dead, caught = int(words[3]), int(words[5])
    print(f"{caught} interrupts, {dead} in the step of a task")
    assert words[:2] == ["done", "True"] and 50 <= caught <= sent and dead <= caught, line
    same(lost, "[]")


def sleepers(micropython, times=500):
    """Ctrl-C at 500 instants beside 790 tasks that sleep and busy ones: afterwards each sleeper still runs."""
    with Program(micropython, "sleepers.py", str(times)) as program:
        sent, line = press(program, times)
    _, alive, _, struck, _, caught, _, ended = line.split()
    print(
        f"{sent} interrupts, {struck} in the step of a sleeper; then {alive} of 790 sleepers ran"
    )
    assert (alive, ended) == ("790", "0"), line
    same(int(struck) + int(caught), times)


class Server(Program):
    """server.py, with peers that this program is."""

    def __init__(self, micropython, **kwargs):
        super().__init__(micropython, "-X", "heapsize=16M", "server.py", **kwargs)
        self.port = int(self.process.stdout.readline())

    def peer(self, data=b""):
        """A connection on which that has been sent."""
        s = socket.create_connection(("127.0.0.1", self.port), timeout=SLOW)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.sendall(data)
        return s

    def end(self):
        """What it says in the end."""
        self.peer(b"end\n").close()
        return self.rest()


def reset_by(s):
    """Close it by RST."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    s.close()


def receive(s, n):
    """That many bytes, fewer at the end."""
    got = b""
    while len(got) < n:
        more = s.recv(min(n - len(got), 1 << 16))
        if not more:
            break
        got += more
    return got


def finish(s):
    """What comes until the end, after saying that nothing more will be sent."""
    s.shutdown(socket.SHUT_WR)
    got = receive(s, 1 << 30)
    s.close()
    return got


def bit_by_bit(s, data):
    """Send it in pieces of one byte."""
    for byte in data:
        s.send(bytes((byte,)))


def same(got, want):
    """They are equal."""
    assert got == want, f"{got!r}, not {want!r}"


def outcome(counts, *more):
    """What a server says that had these connections."""
    connections = {name: n for name, n in counts.items() if name not in ("lines", "got")}
    n = sum(connections.values()) + 1
    rows = sorted(dict(counts, end=1, begun=n, ended=n).items())
    return "\n".join((f"0 True {rows}", *more))


DATA = bytes(range(256)) * 256


def peers(micropython):
    """Peers that vanish, close half, reset, dribble and never read: each connection has its end, the others their service."""
    with Server(micropython) as server:
        for _ in range(5):
            server.peer().close()
            server.peer(b"ec").close()
            reset_by(server.peer())
        same(finish(server.peer(b"echo\none\ntwo")), b"one\ntwo")
        s = server.peer()
        bit_by_bit(s, b"echo\n" + 3 * b"hello\n")
        same(finish(s), 3 * b"hello\n")
        s = server.peer()
        bit_by_bit(s, b"exact 100\n" + bytes(100))
        same(finish(s), b"100\n")
        same(finish(server.peer(b"exact 100\n" + bytes(50))), b"")
        same(finish(server.peer(b"read\n" + bytes(1000000))), b"1000000\n")
        for _ in range(5):
            s = server.peer(b"echo\nline\n")
            same(receive(s, 5), b"line\n")
            reset_by(s)  # while it waits for more
            s = server.peer(b"send 100000000\n")
            same(receive(s, 100000), (DATA * 2)[:100000])
            reset_by(s)  # while it sends
        # Two that do not read; one of them does later, the other goes away.
        never, late = (server.peer(b"send 10000000\n") for _ in range(2))
        duplex = server.peer(b"duplex 20\n" + bytes(500000))
        other = server.peer(b"echo\n")
        for n in range(100):
            other.sendall(b"%d\n" % n)
            same(receive(other, 2 + (n > 9)), b"%d\n" % n)
        same(finish(other), b"")
        never.close()
        assert finish(late) == (DATA * 153)[:10000000]
        assert finish(duplex) == DATA * 20
        # Many at once, that end one way or the other.
        many = [server.peer(b"echo\nx\n") for _ in range(150)]
        for s in many:
            same(receive(s, 2), b"x\n")
        for n, s in enumerate(many):
            if n % 3 == 0:
                reset_by(s)
            elif n % 3 == 1:
                s.close()
            else:
                same(finish(s), b"")
        got = server.end()
        # What a write to one says that is gone depends on when.
        got = got.replace("OSError 32", "OSError 104")
        errors = [int(n) for n in re.findall(r"\('OSError 104', (\d+)\)", got)]
        got = re.sub(r"\('OSError 104', \d+\), ", "", got)
        same(sum(errors), 5 + 10 + 1 + 50)
        want = dict(nothing=5, unknown=5, echo=103, exact=1, EOFError=1, read=1, send=1, duplex=1)
        want.update(lines=2 + 3 + 5 + 100 + 150, got=500000)
        n = sum(errors)
        same(got, re.sub(r"\('err', \d+\), ", "", outcome(dict(want, err=n))))


def exhausted(micropython):
    """A server that has 20 descriptors: 60 connections wait for their turn, and have it."""
    with Server(micropython, limit=20) as server:
        many = [server.peer(b"echo\nx\n") for _ in range(60)]
        for s in many:
            same(receive(s, 2), b"x\n")
            s.close()
        same(server.end(), outcome(dict(echo=60, lines=60)))
    # None for the loop itself: it sleeps all the same.
    script = "import asyncio_priority as a\nasync def f():\n await a.sleep(0.1)\n return 5\nprint(a.run(f()))"
    with Program(micropython, "-c", script, limit=4) as program:
        same(program.rest(), "5")


def serve(listener):
    """What servers should not do, as the first line says."""
    held = []
    while True:
        try:
            s, _ = listener.accept()
        except OSError:
            return
        what = receive(s, 1)
        while what[-1:] not in (b"\n", b""):
            what = what + s.recv(1)
        if what == b"reset\n":
            reset_by(s)
        elif what == b"never\n":
            held.append(s)
        else:
            data = {b"slow\n": b"a line\nfive!and more", b"half\n": b"half", b"short\n": b"50"}
            bit_by_bit(s, data[what])
            s.close()


def servers(micropython):
    """Servers that refuse, ignore, reset, dribble and never read, and no descriptor for more connections."""
    bound, ignores, serves = (socket.socket() for _ in range(3))
    for s in (bound, ignores, serves):
        s.bind(("127.0.0.1", 0))
    ignores.listen(0)
    serves.listen(200)
    threading.Thread(target=serve, args=(serves,), daemon=True).start()
    ports = [str(s.getsockname()[1]) for s in (bound, ignores, serves)]
    with Program(micropython, "-X", "heapsize=99M", "client.py", *ports, limit=64) as program:
        got = program.rest()
    for s in (bound, ignores, serves):
        s.close()
    same(
        got.splitlines(),
        [
            "refused OSError 111",
            "not accepted TimeoutError  True",
            "no answer TimeoutError ",
            "reset OSError 104",
            "one byte at a time b'a line\\n' b'five!' b'and more'",
            "half a line b'half' b''",
            "too short EOFError ",
            "never reads TimeoutError  True True",
            "closed while it was read b''",
            "descriptors 0",
            "too many OSError 24 True",
            "others go on True",
            "one less b'a line\\n'",
            "descriptors 0",
        ],
    )


def calls(micropython):
    """System calls that fail: what can be tried again is, what cannot ends one connection."""
    library = ROOT / "build/faults.so"
    flags = ("-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared")
    subprocess.check_call(["gcc", *flags, "-o", library, PROGRAMS / "faults.c", "-ldl"])
    count = 0
    many = 1 << 30
    for call, error, every, times, fails in (
        ("poll", errno.EINTR, 2, many, 0),
        ("poll", errno.ENOMEM, 1, 50, 0),
        ("poll", errno.EINVAL, 3, many, 0),
        ("accept", errno.EMFILE, 2, many, 0),
        ("accept", errno.ECONNABORTED, 2, 5, 0),
        ("accept", errno.ENOMEM, 1, 5, 0),
        ("read", errno.EAGAIN, 2, many, 0),
        ("read", errno.EINTR, 2, many, 0),
        ("read", errno.ECONNRESET, 3, 3, 3),
        ("read", errno.ENOBUFS, 3, 2, 2),
        ("write", errno.EAGAIN, 2, many, 0),
        ("write", errno.EINTR, 3, many, 0),
        ("write", errno.EPIPE, 3, 3, 3),
    ):
        env = {"LD_PRELOAD": str(library), "FAULTS": f"{call} {error} {every} {times}"}
        with Server(micropython, env=env) as server:
            good = 0
            for n in range(10):
                try:
                    s = server.peer(b"echo\n")
                    for line in (b"one\n", b"two\n"):
                        s.sendall(line)
                        same(receive(s, 4), line)
                    same(finish(s), b"")
                    good += 1
                except (AssertionError, OSError) as er:
                    assert fails, (call, error, er)
            same(good, 10 - fails)
            sent = b""
            if not fails:
                sent = finish(server.peer(b"send 1000000\n"))
                same(finish(server.peer(b"read\n" + bytes(1000000))), b"1000000\n")
                same(finish(server.peer(b"busy 60\n")), b"")
            got = server.end()
        said, _, failed = got.partition("\n# ")
        number = int(failed.split()[2])
        assert number >= min(times, 3), (call, failed)
        count += number
        if fails:
            assert said.startswith("0 True "), said
            assert f"('OSError {error}', {fails})" in said and f"('echo', {good})" in said, said
        else:
            assert sent == (DATA * 16)[:1000000]
            same(said, outcome(dict(echo=10, lines=20, send=1, read=1, busy=1)))
    # The loop's own pipe. No wait is longer because of it than that of 1 ms without a pipe.
    for call, error, every, times in (
        ("pipe", errno.EMFILE, 1, 20),
        ("fcntl_pipe", errno.EINVAL, 1, 4),
        ("read_pipe", errno.EINTR, 2, many),
        ("read_pipe", errno.EIO, 1, 20),
        ("write_pipe", errno.EINTR, 2, many),
        ("poll", errno.EINTR, 2, many),
    ):
        env = {"LD_PRELOAD": str(library), "FAULTS": f"{call} {error} {every} {times}"}
        with Program(micropython, "wakes.py", env=env) as program:
            said, _, failed = program.rest().partition("\n# ")
        same((call, said), (call, "called 100 late 0"))
        number = int(failed.split()[2])
        assert number >= min(times, 20), (call, failed)
        count += number
    print(f"{count} system calls failed")


def passed(test, *args):
    """Whether it raises nothing."""
    try:
        test(*args)
    except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as er:
        print(f"fail {test.__name__}: {test.__doc__}\n    {type(er).__name__} {er}")
        return False
    print(f"pass {test.__name__}: {test.__doc__}")
    return True


def main():
    """Run what is asked for."""
    name, *args = sys.argv[1:]
    if name == "reset":
        results = [reset(*args), interrupt(*args)]
    else:
        micropython = Path(args[0]).resolve()
        tests = (interrupts, sleepers)
        if name == "unix":
            tests = (peers, exhausted, servers, calls, *tests)
        results = [passed(test, micropython) for test in tests]
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
