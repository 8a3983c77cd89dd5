#!/usr/bin/env python3
"""Well-known public libraries run on our loop: libraries.py MICROPYTHON

They are what PyPI has, at fixed versions, in build/libraries and build/libraries-old; ports/setup.sh lists them. tests/libraries has a program for
each, and examples/web_server.py is microdot's. Those for MQTT talk to Debian's mosquitto, which is started here. Ends with
`N passed, N failed, N skipped`.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = f"{ROOT}/build/libraries", f"{ROOT}/build/libraries-old"


def free_port():
    """A port that nothing listens at."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    """Whether somebody answers there."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def counts(argv):
    """What a script of ours counts."""
    done = subprocess.run([sys.executable, *argv], cwd=ROOT, capture_output=True, text=True)
    print(done.stdout + done.stderr, end="")
    found = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", done.stdout, re.MULTILINE)
    return tuple(map(int, found[-1])) if found else (0, 1, 0)


def main():
    """Run all, print the count, return the exit status."""
    micropython = os.path.abspath(sys.argv[1])
    port = free_port()
    os.environ["MQTT_PORT"] = str(port)
    os.environ["PATH"] += ":/usr/sbin"  # where Debian has mosquitto
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "mosquitto.conf")
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        broker = subprocess.Popen(
            ["mosquitto", "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until = time.monotonic() + 30
            while not listens(port) and broker.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            tests = sorted((ROOT / "tests/libraries").glob("uses_*.py"))
            path = ":".join((".frozen", *LIBRARIES))
            totals = [
                counts(["tests/run.py", "--path", path, micropython, *map(str, tests)]),
                counts(["tests/examples.py", "--libraries", LIBRARIES[0], micropython]),
            ]
        finally:
            broker.kill()
            broker.wait()
    passed, failed, skipped = map(sum, zip(*totals))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
