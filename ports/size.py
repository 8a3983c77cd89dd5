#!/usr/bin/env python3
"""What our part of a firmware takes: size.py firmware BUILD_DIRECTORY

From the linker's map, so of what is linked, after --gc-sections: the Rust core, the C shim, and the frozen modules
that are ours. Constants that LLVM reads by bytes lie in RAM on an ESP8266; there they count as RAM too.
Not in it: the names (qstrs), whose table is shared by all of MicroPython.
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

CORE, SHIM, FROZEN = PARTS = ("core (Rust)", "shim (C)", "frozen Python")
KINDS = ("code", "constants", "data", "bss")

SHIM_FILES = {file.stem for file in Path(__file__).parent.glob("../micropython-bindings/*.c")}
FROZEN_NAME = re.compile(
    r"\.rodata\.(?:fun_data|proto_fun|children|const_qstr_table_data|const_obj_table_data|const_obj|frozen_module)"
    r"_(?:asyncio_priority|asyncio|uasyncio|asyn)(?:_|$)"
)
# An input section of a map, whose name may have a line of its own: name, size, file.
INPUT = re.compile(r"^ (\.[^\s*]\S*|COMMON)\s+0x[0-9a-f]+ +0x([0-9a-f]+) (\S.*)$", re.MULTILINE)
OUTPUT = re.compile(r"^(\.[^\s*]\S*)", re.MULTILINE)


def sections(text):
    """(output section, input section, size, file) for each input section that was linked."""
    linked = text[text.index("Linker script and memory map") :]
    linked = linked.split("\nOUTPUT(")[0].split("\nCross Reference Table")[0]
    outputs = list(OUTPUT.finditer(linked))
    for this, following in zip(outputs, [*outputs[1:], None]):
        body = linked[this.end() : following.start() if following else None]
        for name, size, file in INPUT.findall(body):
            if int(size, 16):
                yield this[1], name, int(size, 16), file


def part(name, file):
    """Whose an input section is, or None."""
    if re.search(r"uasyncio_priority(_core)?\.(o|obj|a)\b", file):
        return CORE
    if re.search(r"frozen_content\.(c\.)?(o|obj)\b", file):
        return FROZEN if FROZEN_NAME.match(name) else None
    member = re.search(r"/micropython-bindings/(\w+)\.(?:c\.)?o(?:bj)?$", file)
    # ESP-IDF's archive of MicroPython keeps no folders.
    member = member or re.search(r"libmain\w*\.a\((\w+)\.c\.o(?:bj)?\)$", file)
    return SHIM if member and member[1] in SHIM_FILES else None


def kind(name):
    """What an input section holds, or None for what is not loaded."""
    if re.match(r"\.(text|literal|irom0|iram)", name):
        return "code"
    if re.match(r"\.(rodata|data\.rel\.ro|data\.rodata)", name):
        return "constants"
    if name.startswith(".data"):
        return "data"
    return "bss" if re.match(r"\.bss|COMMON", name) else None


def count(text):
    """Bytes by (part, kind), by output section, and those of constants that lie in RAM."""
    sizes, places, ram_constants = Counter(), Counter(), 0
    for output, name, size, file in sections(text):
        whose, what = part(name, file), kind(name)
        if whose and what:
            sizes[whose, what] += size
            places[output] += size
            ram_constants += size if name.startswith(".data.rodata") else 0
    return sizes, places, ram_constants


def root_pointers(build):
    """Bytes of our root pointers, which are in MicroPython's own state, with 32-bit pointers."""
    text = (build / "genhdr/root_pointers.h").read_text()
    return sum(4 * int(n or 1) for n in re.findall(r"\bup_\w+(?:\[(\d+)\])?;", text))


def firmware(build):
    """Print what our part of one firmware takes."""
    maps = [build / name for name in ("firmware.map", "micropython.map")]
    found = [file for file in maps if file.exists()]
    if not found:
        sys.exit(f"no map of a link in {build}")
    sizes, places, ram_constants = count(found[0].read_text(errors="replace"))
    if not all(sizes[whose, "code"] for whose in (CORE, SHIM)):
        sys.exit(f"{found[0]}: our part is not in it")
    print("{:16}{:>9}{:>11}{:>7}{:>6}".format("of our part", *KINDS))
    for whose in PARTS:
        print("{:16}{:9}{:11}{:7}{:6}".format(whose, *(sizes[whose, what] for what in KINDS)))
    flash = sum(size for (_, what), size in sizes.items() if what != "bss")
    ram = sum(size for (_, what), size in sizes.items() if what in ("data", "bss"))
    ram += ram_constants + root_pointers(build)
    print(f"Flash {flash} bytes, static RAM {ram} bytes; in sections", end=" ")
    print(", ".join(f"{name} {size}" for name, size in places.most_common()))


def main():
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("firmware", help="what our part of one firmware takes")
    verb.add_argument("build", type=Path, help="where it was built")
    verb.set_defaults(run=lambda args: firmware(args.build))
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
