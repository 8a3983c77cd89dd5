#!/usr/bin/env python3
"""Put the page together: pack.py FIRMWARE_FOLDER OUT. OUT is a folder for any web server; what was in it goes."""

import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = "index.html", "style.css", "page.js", "worker.js", "headers.js", "latency.py"


def samples():
    """Name, title and source; the title is the first line, a comment."""
    for path in sorted(HERE.glob("samples/*.py")):
        source = path.read_text()
        yield {
            "name": path.stem,
            "title": source.split("\n", 1)[0].removeprefix("# "),
            "source": source,
        }


def main():
    firmware, out = map(Path, sys.argv[1:])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for part in PARTS:
        shutil.copy(HERE / part, out)
    for part in "firmware.js", "firmware.wasm":
        shutil.copyfile(firmware / part, out / part)
    (out / "samples.json").write_text(json.dumps(list(samples()), indent=1) + "\n")


if __name__ == "__main__":
    main()
