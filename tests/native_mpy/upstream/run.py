#!/usr/bin/env python3
"""Run a script on MicroPython's own port for QEMU: run.py BOARD SCRIPT

The firmware has no files but those in a ROMFS image, which QEMU puts into memory: the script, what lies beside it, and the
folders of MICROPYPATH, as for the unix port. The output is the script's, and so is the exit status.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "build/mpy-tools"))
from mpremote.romfs import VfsRomWriter  # noqa: E402

# How upstream's Makefile starts it; where there is memory that the firmware does not use; an instruction takes 2^SHIFT ns.
BOARDS = {
    "MPS2_AN385": ("qemu-system-arm -machine mps2-an385", 0x21000000),
    "MICROBIT": (
        "qemu-system-arm -machine microbit -global nrf51-soc.flash-size=1048576"
        " -global nrf51-soc.sram-size=262144",
        0x80000,
    ),
    "VIRT_RV32": ("qemu-system-riscv32 -machine virt -bios none", 0x84000000),
}
SHIFT = 3
# For the raw REPL. What ends the script is between two ^B.
PROGRAM = """\
import sys,vfs,uctypes,os,machine
vfs.mount(vfs.VfsRom(uctypes.bytearray_at({at},{size})),'/r')
os.chdir('/r')
sys.path[:]={path}
sys.argv[:]=[{script!r}]
del vfs,uctypes,os
print('\\x02',end='')
try:
 execfile({script!r})
 print('\\x020')
except SystemExit as e:
 print('\\x02'+str(e.args[0] or 0 if e.args else 0))
except BaseException as e:
 sys.print_exception(e)
 print('\\x021')
machine.reset()
"""


def image(script):
    """The ROMFS image, and the folders in it."""
    rom = VfsRomWriter()
    paths = []
    folders = [p for p in os.environ.get("MICROPYPATH", "").split(":") if p and p != ".frozen"]
    for number, folder in enumerate(folders):
        paths.append(f"/r/{number}")
        rom.opendir(str(number))
        for file in sorted(Path(folder).iterdir()):
            if file.suffix in (".py", ".mpy"):
                rom.mkfile(file.name, file.read_bytes())
        rom.closedir()
    for file in sorted(script.parent.glob("*.py")):
        # What a test imports: a test is what has its output beside it.
        if file.name == script.name or not file.with_name(file.name + ".exp").exists():
            rom.mkfile(file.name, file.read_bytes())
    return rom.finalise(), [".frozen", *paths, "/r"]


def main():
    """Run it, return the exit status."""
    board, script = sys.argv[1], Path(sys.argv[2]).resolve()
    qemu, at = BOARDS[board]
    firmware = ROOT / "build/qemu-upstream" / board / "firmware.elf"
    data, path = image(script)
    program = PROGRAM.format(at=at, size=len(data), path=path, script=script.name)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "image.romfs")
        file.write_bytes(data)
        argv = [
            *shlex.split(qemu),
            *("-icount", f"shift={SHIFT},sleep=off", "-semihosting"),
            *("-display", "none", "-monitor", "none", "-serial", "stdio"),
            *("-device", f"loader,file={file},addr={at:#x},force-raw=on"),
            *("-kernel", str(firmware)),
        ]
        # A key comes twice or never now and then: again, unless the script has begun.
        for _ in range(5):
            typed = b"\r\x01" + program.encode() + b"\x04"
            done = subprocess.run(argv, input=typed, stdout=subprocess.PIPE)
            said = done.stdout.decode(errors="backslashreplace").replace("\r\n", "\n")
            found = re.search("\x02(.*)", said, re.DOTALL)
            if found:
                break
        else:
            sys.exit(f"The script did not begin.\n{said}")
    output, _, status = found.group(1).partition("\x02")
    status = int(status.split()[0]) if status else 1
    sys.stdout.write(output.replace('  File "<stdin>", line 9, in <module>\n', ""))
    return status


if __name__ == "__main__":
    sys.exit(main())
