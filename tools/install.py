#!/usr/bin/env python3
"""Install the loop on a board that runs MicroPython's own firmware: install.py [--from FOLDER] [--port PORT]

Asks the board, over mpremote (pip install mpremote), what its processor is, copies the files for it, and imports them there.
The files are those of `make mpy`: a folder for each architecture. With only V3's names: make mpy V2=0 CPYTHON=0.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

# sys.implementation._mpy: the version of .mpy files, their sub-version, and the architecture.
VERSION, SUB_VERSION = 6, 3
ARCHS = (
    *(None, "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)
# Where the processor's own file is not there, another runs as well.
ALSO = {"armv7em": "armv7m", "armv7emsp": "armv7m", "armv7emdp": "armv7m"}
ASK = "import sys,gc;gc.collect();print(getattr(sys.implementation,'_mpy',0),gc.mem_free(),sys.platform)"
TRY = "import asyncio_priority,gc;gc.collect();print('imported',gc.mem_free())"
ADVICE = """
Installed. To use it, begin main.py with

    import asyncio_priority
    asyncio_priority.use()

From there on `import asyncio` gives this loop, to libraries too."""


def ask(mpremote, *argv):
    """What the board prints."""
    done = subprocess.run([*mpremote, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0:
        sys.exit(f"{said}\n{done.stderr.decode(errors='replace')}".strip())
    return said


def main():
    """Do it, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    built = Path(__file__).resolve().parent.parent / "build/mpy"
    parser.add_argument(
        "--from",
        dest="folder",
        type=Path,
        default=built,
        metavar="FOLDER",
        help="what `make mpy` built: ARCH/ in it; default: %(default)s",
    )
    parser.add_argument("--port", help="the board's, if more than one is connected")
    parser.add_argument("--mpremote", help="the command", default=f"{sys.executable} -m mpremote")
    args = parser.parse_args()
    mpremote = shlex.split(args.mpremote) + (["connect", args.port] if args.port else [])

    mpy, free, platform = ask(mpremote, "exec", ASK).split()[-3:]
    mpy = int(mpy)
    arch = ARCHS[mpy >> 10 & 15] if mpy >> 10 & 15 < len(ARCHS) else None
    if arch is None:
        sys.exit(
            "This firmware loads no native modules. See docs/native_mpy.md for boards that do."
        )
    if (mpy & 0xFF, mpy >> 8 & 3) != (VERSION, SUB_VERSION):
        sys.exit(
            f"This firmware loads .mpy files of version {mpy & 0xFF}.{mpy >> 8 & 3}; these are of {VERSION}.{SUB_VERSION}."
        )
    if platform == "esp8266":
        sys.exit("An ESP8266 has too little memory for it. Built into a firmware it runs there.")
    folder = args.folder / arch
    if not folder.exists() and arch in ALSO:
        folder = args.folder / ALSO[arch]
    files = sorted(folder.glob("*.mpy"))
    if not files:
        sys.exit(f"There are no files in {folder}: make mpy ARCH={folder.name}")
    code = (folder / "uasyncio_priority.mpy").stat().st_size
    print(f"{arch}, {int(free)} bytes free; the code takes about {code}.")
    if int(free) < code:
        sys.exit("That is too little.")
    # Into the root folder: there it comes before what is frozen.
    for file in files:
        print(f"  {file.name}", flush=True)
        ask(mpremote, "fs", "cp", str(file), f":{file.name}")
    said = ask(mpremote, "exec", TRY)
    if "imported" not in said:
        sys.exit(said)
    print(ADVICE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
