#!/usr/bin/env python3
"""Run MicroPython's mpy_ld.py: link.py TREE ARGUMENT... It gets an object, or what ld has linked already by image.ld.

In what ld has linked, the loader puts an address into each word that has one. So code needs no table of addresses, which
takes less. MicroPython's linker alone knows no such words, and not what Xtensa's assembler makes of literals.
"""

import sys
from types import SimpleNamespace

sys.path.insert(0, f"{sys.argv[1]}/tools")
import mpy_ld
from elftools.elf import elffile

# Of image.ld: which part of the file, or which of the firmware's tables, an address is in.
PART_BITS = 24
PARTS = {0: ".text", 1: ".rodata", 2: ".bss", 3: "mp_fun_table", 4: "mp_native_qstr_table"}
# Entries of mp_fun_table that have names of their own: one each from here on.
NAMED = 0x10
# Relocations of words that hold an address; those that ld is done with, since they are relative or only say something.
# Whatever else there is, the loader cannot do.
WORDS = {"EM_ARM": (mpy_ld.R_ARM_ABS32,), "EM_XTENSA": (mpy_ld.R_XTENSA_32,)}
R_XTENSA_NONE = 0
R_ARM_THM_JUMP11, R_ARM_THM_JUMP8, R_ARM_THM_JUMP19 = 102, 103, 51
R_ARM_THM_PC8 = 11
DONE = {
    "EM_ARM": (
        *(mpy_ld.R_ARM_REL32, mpy_ld.R_ARM_THM_CALL, mpy_ld.R_ARM_THM_JUMP24),
        *(R_ARM_THM_JUMP11, R_ARM_THM_JUMP8, R_ARM_THM_JUMP19, R_ARM_THM_PC8),
    ),
    "EM_XTENSA": (
        *(R_XTENSA_NONE, mpy_ld.R_XTENSA_ASM_EXPAND, mpy_ld.R_XTENSA_SLOT0_OP),
        *(mpy_ld.R_XTENSA_DIFF32, mpy_ld.R_XTENSA_PDIFF32),
    ),
}


def load_image(env, file, name):
    """Take an image apart: its bytes, and the words that the loader is to put right."""
    elf = elffile.ELFFile(file)
    env.check_arch(elf["e_machine"])
    sections = {section.name: section for section in elf.iter_sections()}
    symbols = {symbol.name: symbol["st_value"] for symbol in sections[".symtab"].iter_symbols()}
    env.got_entries = {}
    env.full_text = bytearray(sections[".text"].data())
    env.full_rodata = bytearray()
    env.full_bss = bytearray(sections[".bss"]["sh_size"])
    rodata = sections[".rodata"]
    if env.arch.separate_rodata:
        env.full_rodata += rodata.data()
    else:
        env.full_text += bytes(rodata["sh_addr"] - len(env.full_text)) + rodata.data()
    for section in elf.iter_sections():
        if section["sh_type"] in ("SHT_REL", "SHT_RELA") and section.name.endswith(
            (".text", ".rodata")
        ):
            for entry in section.iter_relocations():
                relocate(env, entry)
    env.mpy_relocs.sort(key=lambda reloc: reloc[:2])
    start = SimpleNamespace(addr=0)
    env.known_syms["mpy_init"] = Symbol(symbols["mpy_init"] & ~1, start)


class Symbol(dict):
    """What mpy_ld.py asks of one."""

    def __init__(self, value, section):
        super().__init__(st_value=value)
        self.section = section


def relocate(env, entry):
    """If a relocation is of a word with an address, note it for the loader."""
    if entry["r_info_type"] in DONE[env.arch.name]:
        return
    if entry["r_info_type"] not in WORDS[env.arch.name]:
        raise mpy_ld.LinkError(
            f"relocation {entry['r_info_type']} at {entry['r_offset']:#x}: not for the loader"
        )
    part, offset = entry["r_offset"] >> PART_BITS, entry["r_offset"] & ((1 << PART_BITS) - 1)
    data = env.full_rodata if part else env.full_text
    word = int.from_bytes(data[offset : offset + 4], "little")
    to, to_offset = word >> PART_BITS, word & ((1 << PART_BITS) - 1)
    data[offset : offset + 4] = to_offset.to_bytes(4, "little")
    if to >= NAMED:
        kind = mpy_ld.MP_FUN_TABLE_MP_TYPE_TYPE_OFFSET + to - NAMED
    else:
        kind = PARTS[to]
    env.mpy_relocs.append((PARTS[part], offset, kind))


class Output(mpy_ld.MPYOutput):
    """The file. Of its addresses only those of the file's own parts may come several in a row."""

    def write_reloc(self, base, offset, dest, n):
        """Write the addresses of n words."""
        alone = dest > 2
        for i in range(n if alone else 1):
            super().write_reloc(base, offset + i, dest, 1 if alone else n)


mpy_ld.MPYOutput = Output
if sys.argv[-1].endswith(".elf"):
    mpy_ld.load_object_file = load_image
    mpy_ld.link_objects = lambda env, names: None
del sys.argv[1]
mpy_ld.main()
