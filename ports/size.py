#!/usr/bin/env python3
"""What our part of a firmware takes: size.py firmware BUILD [--left], size.py table TREE

`firmware` reads the linker's map of one build, so it counts what is linked, after --gc-sections: the Rust core, the C
shim, and the frozen modules that are ours. The table of names (qstrs) is shared by all of MicroPython: our share of it
is not in these figures. With --left it says what the whole firmware leaves of the flash that is meant for it and of RAM. Where a
file system has the end of that flash (rp2), --storage names the board's header that says how much.

`table` builds the same firmware three times, with neither asyncio, with MicroPython's own, and with ours, configured
as for a board (size.h). What a part takes in all is the difference of the sums of two builds, so it is exact, names and
library functions included. The core, the shim and MicroPython's C are read off the map, and the rest of the difference
is frozen Python, names, and what all of them call. Root pointers are in bss.

On Cortex-M4F it says also what there is without what MICROPY_UASYNCIO_PRIORITY_V2, _CPYTHON and _DIAGNOSTICS leave out.

For boards whose firmware was built, the table ends with what `firmware` says of it.

Constants that LLVM reads by bytes lie in RAM on an ESP8266. There they count as data.
"""

import argparse
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build/size"
KINDS = ("code", "constants", "data", "bss")
CORE, SHIM, FROZEN, STOCK = "core, Rust", "shim, C", "frozen Python", "C"
OURS = CORE, SHIM, FROZEN
STOCK_PACKAGE = (
    '"asyncio", ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py")'
)
MANIFESTS = {
    "none": 'module("none.py", opt=3)\n',
    "stock": f'module("none.py", opt=3)\npackage({STOCK_PACKAGE}, base_path="$(MPY_DIR)/extmod", opt=3)\n',
    "ours": f'module("none.py", opt=3)\ninclude("{ROOT}/python/manifest.py")\n',
}
# What else a build may leave out, and the variables of make that do so (../python/manifest.py sees them too).
WITHOUT = {
    "V2": ("V2",),
    "CPython's": ("CPYTHON",),
    "diagnostics": ("DIAGNOSTICS",),
    "all three": ("V2", "CPYTHON", "DIAGNOSTICS"),
}
# The Rust target of each build, None for this machine.
TARGETS = {
    "unix": None,
    "cortex-m4f": "thumbv7em-none-eabihf",
    "cortex-m0": "thumbv6m-none-eabi",
    "rv32": "riscv32imac-unknown-none-elf",
    "lx106": "xtensa-lx106",
    "dc233c": "xtensa-esp32",
}

SHIM_FILES = {file.stem for file in (ROOT / "micropython-bindings").rglob("*.c")}
FROZEN_NAME = re.compile(
    r"\.rodata\.(?:fun_data|proto_fun|children|const_qstr_table_data|const_obj_table_data|const_obj|frozen_module)"
    r"_(?:_asyncio_[a-z0-9]+|asyn)(?:_|$)"
)
# An output section of a map that is loaded or zeroed: address, size, where it is loaded from.
OUTPUT = re.compile(
    r"^\.(?!debug|comment|stab|xt\.|xtensa|ARM\.attributes)\S+\s+0x([0-9a-f]+) +0x([0-9a-f]+)"
    r"(?: load address 0x([0-9a-f]+))?$",
    re.MULTILINE,
)
# Between which symbols of a port's Python's heap is, where the linker gives it what is left.
HEAPS = ("_heap_start", "_heap_end"), ("__GcHeapStart", "__GcHeapEnd")
# An input section of a map, whose name may have a line of its own: name, size, file.
INPUT = re.compile(r"^ (\.[^\s*]\S*|COMMON)\s+0x[0-9a-f]+ +0x([0-9a-f]+) (\S.*)$", re.MULTILINE)


def sections(file):
    """(name, size, file) of each input section that was linked."""
    text = file.read_text(errors="replace")
    linked = text[text.index("Linker script and memory map") :].split("\nCross Reference Table")[0]
    return [(name, int(size, 16), file) for name, size, file in INPUT.findall(linked)]


def part(name, file):
    """Whose an input section is, or None."""
    if re.search(r"uasyncio_priority(_core)?\.(o|obj|a)\b", file):
        return CORE
    if re.search(r"frozen_content\.(c\.)?(o|obj)\b", file):
        return FROZEN if FROZEN_NAME.match(name) else None
    if re.search(r"extmod/modasyncio\.(c\.)?(o|obj)\b", file):
        return STOCK
    member = re.search(r"/micropython-bindings/(?:platform/)?(\w+)\.(?:c\.)?o(?:bj)?$", file)
    # ESP-IDF's archive of MicroPython keeps no folders.
    member = member or re.search(r"libmain\w*\.a\((\w+)\.c\.o(?:bj)?\)$", file)
    return SHIM if member and member[1] in SHIM_FILES else None


def kind(name):
    """What an input section holds, or None for what is not loaded."""
    if re.match(r"\.(text|literal|irom0|iram)", name):
        return "code"
    if re.match(r"\.(rodata|data\.rel\.ro|srodata)", name):
        return "constants"
    if re.match(r"\.s?data", name):
        return "data"
    return "bss" if re.match(r"\.s?bss|COMMON", name) else None


def count(file):
    """Bytes by (part, kind), and of all parts by kind, in the firmware that a map describes."""
    parts, everything = Counter(), Counter()
    for name, size, origin in sections(file):
        what = kind(name)
        if what:
            everything[what] += size
            parts[part(name, origin), what] += size
    return parts, everything


def flash(sizes):
    """Bytes of flash: data too, which RAM gets from there."""
    return sizes["code"] + sizes["constants"] + sizes["data"]


def row(name, sizes):
    """A line of a table."""
    return "{:32}".format(name) + "".join(f"{sizes[what]:11}" for what in KINDS)


def root_pointers(build):
    """Bytes of our root pointers, which are in MicroPython's own state, with 32-bit pointers."""
    text = (build / "genhdr/root_pointers.h").read_text()
    return sum(4 * int(n or 1) for n in re.findall(r"\bup_\w+(?:\[(\d+)\])?;", text))


def regions(text):
    """{name: (origin, length)} of the memory that the linker script of a map names."""
    head = text[text.index("Memory Configuration") : text.index("Linker script and memory map")]
    lines = re.findall(
        r"^(\w+) +0x([0-9a-f]+) +0x([0-9a-f]+)(?: +[rwxail!]+)?$", head, re.MULTILINE
    )
    return {name: (int(origin, 16), int(length, 16)) for name, origin, length in lines}


def used(text, origin, length):
    """Bytes of that memory that output sections of a map are in, or are loaded from."""
    total = 0
    for address, size, load in OUTPUT.findall(text):
        places = {int(address, 16), int(load or address, 16)}
        if any(origin <= place < origin + length for place in places):
            total += int(size, 16)
    return total


def storage(header, size):
    """Bytes that a board's header leaves to a file system, of a flash of this size."""
    header, tree = header
    argv = ["gcc", "-E", "-P", f"-DPICO_FLASH_SIZE_BYTES={size}", f"-I{tree}", "-include", header]
    argv.append("-")
    name = "MICROPY_HW_FLASH_STORAGE_BYTES"
    said = subprocess.run(argv, input=name, stdout=subprocess.PIPE, check=True, text=True).stdout
    value = said.strip().split("\n")[-1]
    if value == name:
        return 1408 * 1024  # as the rp2 port has it for boards that do not say
    if not re.fullmatch(r"[\d\s()*+-]+", value):
        sys.exit(f"{header}: {name} is not a number: {value}")
    return eval(value)  # arithmetic, as was looked at


def partition(build):
    """(its name, bytes that the image of an ESP32 leaves there) of the least partition that may take it."""
    table = (build / "partition_table/partition-table.bin").read_bytes()
    entries = [table[at : at + 32] for at in range(0, len(table), 32)]
    # Of ESP-IDF: a magic number, a type (0: for an image), a subtype, an offset, a size, a name.
    apps = [
        (int.from_bytes(entry[8:12], "little"), entry[12:28].rstrip(b"\0").decode())
        for entry in entries
        if entry[:3] == b"\xaa\x50\0"
    ]
    if not apps:
        sys.exit(f"{build}: no partition is meant for the firmware")
    size, name = min(apps)
    return f"the partition {name}", size - (build / "micropython.bin").stat().st_size


def left(file, header=None):
    """What the firmware of a map leaves: (the flash, how much of it, what of RAM, how much of it)."""
    text = file.read_text(errors="replace")
    memory = regions(text)
    text = text[text.index("Linker script and memory map") :]

    def around(pattern):
        """(name, origin, length) of the least memory that has the first input section which fits."""
        found = re.search(
            pattern.replace(" ADDRESS ", r"\s+0x([0-9a-f]+) +0x0*[1-9a-f][0-9a-f]* "),
            text,
            re.MULTILINE,
        )
        at = int(found[1], 16)
        fit = [
            (length, origin, name)
            for name, (origin, length) in memory.items()
            if origin <= at < origin + length
        ]
        if not fit:
            sys.exit(f"{file}: {at:#x} is in no memory that the linker script names")
        return min(fit)[::-1]

    if (file.parent / "partition_table").is_dir():
        flash, room = partition(file.parent)
    else:
        flash, origin, length = around(
            r"^ \.(?:text|irom0)\S* ADDRESS \S*uasyncio_priority(?:_core)?\.(?:o|obj|a)\b"
        )
        room = length - used(text, origin, length) - (storage(header, length) if header else 0)
    ram, origin, length = around(r"^ (?:\.bss\S*|COMMON) ADDRESS \S")
    free = length - used(text, origin, length)
    if (file.parent / "partition_table").is_dir():
        return flash, room, f"{ram} for ESP-IDF's heap, of which Python's is a part", free
    symbols = re.findall(r"^ +0x([0-9a-f]+) +(?:PROVIDE \()?(\w+) = ", text, re.MULTILINE)
    symbols = {name: int(at, 16) for at, name in symbols}
    for begin, end in HEAPS:
        if begin in symbols and end in symbols:
            return flash, room, "RAM for Python's heap", symbols[end] - symbols[begin]
    return flash, room, f"{ram} beside Python's heap", free


def linked(build):
    """The map of the firmware that was built there."""
    names = ("firmware.map", "firmware.elf.map", "micropython.map")
    found = [build / name for name in names if (build / name).exists()]
    return found[0] if found else sys.exit(f"no map of a link in {build}")


def ours(build):
    """What our part of the firmware takes that was built there: (bytes by kind, of static RAM)."""
    parts, _ = count(linked(build))
    if not all(parts[whose, "code"] for whose in (CORE, SHIM)):
        sys.exit(f"{linked(build)}: our part is not in it")
    total = Counter({what: sum(parts[whose, what] for whose in OURS) for what in KINDS})
    return total, total["data"] + total["bss"] + root_pointers(build)


def firmware(build, leaves=False, header=None):
    """Print what our part of one firmware takes, and what the firmware leaves."""
    total, ram = ours(build)
    parts, _ = count(linked(build))
    print(row("Our part of it", dict(zip(KINDS, KINDS))))
    for whose in OURS:
        print(row(f"  {whose}", {what: parts[whose, what] for what in KINDS}))
    print(f"  Flash {flash(total)} bytes, static RAM {ram} bytes")
    if leaves:
        where, room, what, free = left(linked(build), header)
        if room < 0:  # the rp2 port's linker script does not know of the file system
            sys.exit(f"The firmware is {-room} bytes too large for {where} beside its file system")
        print(f"The firmware leaves {room} bytes of {where}, {free} bytes of {what}")


def build(tree, target, variant, jobs, without=()):
    """Build one firmware, with these switches off; its map."""
    out = WORK / "-".join((target, variant, *without))
    out.mkdir(parents=True, exist_ok=True)
    (WORK / "none.py").touch()
    (WORK / f"manifest-{variant}.py").write_text(MANIFESTS[variant])
    (WORK / "mpy-lib").mkdir(exist_ok=True)
    (WORK / "mpy-lib/README.md").touch()
    mpy_cross = ROOT / "build/mpy-cross/mpy-cross"
    triple = TARGETS[target]
    archive = ROOT / "build/cargo/release/libuasyncio_priority.a"
    if triple:
        said = subprocess.run(
            [ROOT / "ports/build-core.sh", triple], stdout=subprocess.PIPE, check=True, text=True
        )
        archive = ROOT / said.stdout.strip()
    variables = {
        "BUILD": out,
        "FROZEN_MANIFEST": WORK / f"manifest-{variant}.py",
        "MICROPY_MPYCROSS": mpy_cross,
        "MICROPY_MPYCROSS_DEPENDENCY": mpy_cross,
        "MPY_LIB_DIR": WORK / "mpy-lib",
        "UP_ARCHIVE": archive,
        "USER_C_MODULES": ROOT if variant == "ours" else "",
        "CFLAGS_EXTRA": (
            f"-DMP_CONFIGFILE='\"size.h\"' -DSIZE_OF_STOCK={variant == 'stock':d}"
            f" -DSIZE_OF_OURS={variant == 'ours':d} -I{ROOT}/ports"
        ),
    }
    variables.update((f"MICROPY_UASYNCIO_PRIORITY_{switch}", "0") for switch in without)
    if triple:
        folder, result = ROOT / "ports/qemu", out / "firmware.map"
        variables.update(BOARD=target, MPY=tree)
    else:
        folder, result = tree / "ports/unix", out / "micropython.map"
        variables.update(PROG="micropython", VARIANT="size", VARIANT_DIR=ROOT / "ports/unix")
    # MicroPython's make does not see that frozen code may name anew what C names now.
    (out / "frozen_content.c").unlink(missing_ok=True)
    env = {
        key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))
    }
    env.update(PYTHONPYCACHEPREFIX=str(WORK / "pycache"), MICROPY_GIT_TAG="v0.0.0")
    with (out / "log").open("w") as log:
        argv = ["make", f"-j{jobs}", "-C", folder, *(f"{k}={v}" for k, v in variables.items())]
        if subprocess.call(list(map(str, argv)), env=env, stdout=log, stderr=subprocess.STDOUT):
            lines = (out / "log").read_text(errors="replace").splitlines()
            sys.exit("\n".join(lines[-30:]) + f"\nThis build failed: {out}/log")
    return count(result)


def compare(name, parts, of_parts, total, base):
    """The lines of one asyncio in one firmware; the static RAM that it takes."""
    whole = Counter({what: total[what] - base[what] for what in KINDS})
    rest = Counter(whole)
    for whose in of_parts:
        sizes = {what: parts[whose, what] for what in KINDS}
        if not sizes["code"]:
            sys.exit(f"{name}: no {whose} in the map")
        rest.subtract(sizes)
        print(row(f"  {name}: {whose}", sizes))
    print(row(f"  {name}: frozen Python, the rest", rest))
    print(row(f"  {name}, flash {flash(whole)}", whole))
    return whole["data"] + whole["bss"]


def table(args):
    """Print the table; the exit status."""
    # What another tree made goes.
    check = ("ports/check-tree.sh", args.tree, "build/size.stamp", "build/size")
    subprocess.run(check, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    status = 0
    for target in args.target or TARGETS:
        _, base = build(args.tree, target, "none", args.jobs)
        print(row(target, dict(zip(KINDS, KINDS))))
        if not args.only_ours:
            parts, total = build(args.tree, target, "stock", args.jobs)
            compare("MicroPython's", parts, (STOCK,), total, base)
        parts, total = build(args.tree, target, "ours", args.jobs)
        in_ram = compare("ours", parts, (CORE, SHIM), total, base)
        if target == "cortex-m4f":
            chosen = list(WITHOUT.items())
            for name, without in chosen[-1:] if args.few else chosen:
                parts, total = build(args.tree, target, "ours", args.jobs, without)
                compare(f"without {name}", parts, (CORE, SHIM), total, base)
        if args.ram is not None and in_ram > args.ram:
            print(f"{target}: {in_ram} bytes of static RAM, {in_ram - args.ram} too many")
            status = 1
    if not args.target:
        for board in sorted(manifest.parent for manifest in ROOT.glob("build/*/*/manifest.py")):
            if any(board.glob("*.map")):
                print(f"{board.name}, as it was built last")
                firmware(board)
    return status


def main():
    """Do what the command line says; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("firmware", help="what our part of one firmware takes")
    verb.add_argument("build", type=Path, help="where it was built")
    verb.add_argument("--left", action="store_true", help="what of flash and RAM is left")
    verb.add_argument(
        "--storage",
        type=Path,
        nargs=2,
        metavar=("HEADER", "TREE"),
        help="which says what of flash is not meant for it",
    )
    verb.set_defaults(run=lambda args: firmware(args.build, args.left, args.storage))
    verb = verbs.add_parser("table", help="what all parts take, for each target")
    verb.add_argument("tree", type=lambda path: Path(path).resolve(), help="MicroPython's source")
    verb.add_argument("--target", action="append", choices=TARGETS, help="all, if none is named")
    verb.add_argument(
        "--only-ours", action="store_true", help="not MicroPython's asyncio beside it"
    )
    verb.add_argument(
        "--few", action="store_true", help="of the switches only all of them together"
    )
    verb.add_argument(
        "--ram", type=int, metavar="BYTES", help="fail if ours takes more static RAM"
    )
    verb.add_argument("-j", dest="jobs", type=int, default=2, metavar="N", help="make's jobs")
    verb.set_defaults(run=table)
    args = parser.parse_args()
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
