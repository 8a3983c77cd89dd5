#!/usr/bin/env python3
"""The Rust core of every target, as ports/build-core.sh makes it: archives.py [--tree MICROPYTHON] [TARGET...]

Each archive is looked at with the binutils of its processor: what it exports and what it needs, the ABI that it says it
has, its sections and relocations, and for Xtensa the literals. Then tests/archives/driver.c is linked with it and run in
QEMU, and must print what it prints on this machine. With MicroPython's tree also where its esp8266 port puts the core.

Ends with `N passed, N failed`.
"""

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tests/archives"
BORDER = ROOT / "micropython-bindings"
BUILD_CORE = ROOT / "ports/build-core.sh"
OUT = ROOT / "build/archives"

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "ports/xtensa"))
import literals  # noqa: E402

# What the shim provides, and what each firmware has anyway.
SHIM = {"up_panic", "up_atomic_begin", "up_atomic_end"}
MEMORY = {"memcpy", "memmove", "memset", "memcmp"}
# In names as rustc mangles them.
PANIC = re.compile(r"panic|3fmt|unwind|personality|bounds_check|unwrap_failed|expect_failed")
HANDLER = re.compile(r"rust_begin_unwind$|^up_panic$")
# Of no consequence to who links it.
NOTES = r"\.comment|\.note\.GNU-stack|\.symtab|\.strtab|\.shstrtab|\.rela?\..+|\.symtab_shndx"

# Instructions that every Xtensa has which we build for.
XTENSA_BASE = set(
    """abs add addi addmi addx2 addx4 addx8 and ball bany bbc bbci bbs bbsi beq beqi beqz bge bgei bgeu bgeui bgez blt
    blti bltu bltui bltz bnall bne bnei bnez bnone callx0 extui j jx l16si l16ui l32i l32r l8ui memw movi moveqz movgez
    movltz movnez neg or s16i s32i s8i sll slli sra srai src srl srli ssai ssl ssr sub subx2 subx4 subx8 xor
    add.n addi.n beqz.n bnez.n l32i.n mov.n movi.n nop.n ret.n s32i.n mov nop ret mull mul16s mul16u nsa nsau""".split()
)
CALL0 = XTENSA_BASE
# Options that the ESP32's LX6 and the LX7 of the ESP32-S2 and -S3 have. An S2 has no loops.
WINDOWED = (XTENSA_BASE - {"callx0", "ret", "ret.n"}) | set(
    """entry callx8 retw retw.n min minu max maxu sext muluh mulsh quos quou rems remu""".split()
)

STATIC = "-Os -DFREESTANDING -ffreestanding -fno-builtin -ffunction-sections -Wall -Wextra -Werror".split()
SEMIHOSTING = (
    "-chardev stdio,id=console -semihosting-config enable=on,target=native,chardev=console"
).split()


class Target:
    """A target: what its archive must be like, and how a program for it is built and run."""

    def __init__(self, name, tools, **facts):
        self.name = name
        self.tools = tools
        self.archive = ROOT / "build/core" / name / "libuasyncio_priority.a"
        self.out = OUT / name
        self.object = self.out / "uasyncio_priority.o"
        self.__dict__.update(facts)
        self.windowed = self.xtensa and "windowed" in self.start

    def tool(self, name, *argv, **kwargs):
        """What one of the binutils prints."""
        return run(f"{self.tools}{name}", *argv, **kwargs)


def arm(name, attributes, cpu, code, data, machine):
    """A Cortex-M: a Pyboard's M4F, a Pico's M0+, a Pico 2's M33, and those of other ports' boards."""
    return Target(
        name,
        "arm-none-eabi-",
        xtensa=False,
        header={"Machine": "ARM", "Flags": "0x5000000, Version5 EABI"},
        attributes=attributes,
        sections=r"\.text(\..+)?|\.rodata(\..+)?|\.ARM\.attributes",
        relocations={
            "R_ARM_ABS32",
            "R_ARM_REL32",
            "R_ARM_THM_CALL",
            "R_ARM_THM_JUMP24",
            "R_ARM_THM_MOVW_ABS_NC",
            "R_ARM_THM_MOVT_ABS",
        },
        compiler=f"gcc -mthumb -mcpu={cpu}".split(),
        start="start_arm.S",
        place=f"--defsym CODE={code} --defsym DATA={data}".split(),
        emulator=["qemu-system-arm", "-M", *machine.split(), *SEMIHOSTING],
    )


def riscv(name, arch, attribute):
    """A RISC-V ESP32's processor."""
    return Target(
        name,
        "riscv64-unknown-elf-",
        xtensa=False,
        header={"Machine": "RISC-V", "Flags": "0x1, RVC, soft-float ABI"},
        attributes=[attribute],
        sections=r"\.text(\..+)?|\.s?rodata(\..+)?|\.riscv\.attributes",
        relocations={
            "R_RISCV_32",
            "R_RISCV_BRANCH",
            "R_RISCV_CALL",
            "R_RISCV_CALL_PLT",
            "R_RISCV_HI20",
            "R_RISCV_JAL",
            "R_RISCV_LO12_I",
            "R_RISCV_LO12_S",
            "R_RISCV_PCREL_HI20",
            "R_RISCV_PCREL_LO12_I",
            "R_RISCV_RVC_BRANCH",
            "R_RISCV_RVC_JUMP",
        },
        compiler=f"gcc -march={arch} -mabi=ilp32 -Wl,-m,elf32lriscv".split(),
        start="start_riscv.S",
        place="--defsym CODE=0x80000000 --defsym DATA=0x80100000".split(),
        emulator=["qemu-system-riscv32", "-M", "virt", "-bios", "none", *SEMIHOSTING],
    )


XTENSA = {
    "xtensa": True,
    "header": {"Machine": "Tensilica Xtensa Processor"},
    # ASM_EXPAND would be a long call that the linker may shorten, and LLVM writes none. NONE is what is left of a
    # literal that another one can stand in for.
    "relocations": {"R_XTENSA_32", "R_XTENSA_SLOT0_OP", "R_XTENSA_NONE"},
}
SIM = "qemu-system-xtensa -M sim -m 16M -semihosting-config enable=on,target=native -serial none".split()


def lx106(name):
    """The ESP8266's processor."""
    return Target(
        name,
        "xtensa-lx106-elf-",
        **XTENSA,
        attributes=[],
        info="ABI=1",  # call0
        # What the esp8266 port's linker script makes code in flash, and data in RAM: see ports/xtensa/lx106.ld.
        sections=r"\.irom0\.text|\.data\.rodata|\.xtensa\.info",
        code=".irom0.text",
        constants=".data.rodata",
        instructions=CALL0,
        compiler="gcc -mlongcalls -mtext-section-literals".split(),
        start="start_lx106.S",
        place="--defsym CODE=0x60000000 --defsym DATA=0x60100000 --section-start=.reset=0x50000000 -e reset".split(),
        emulator=[*SIM, "-cpu", "lx106"],
    )


def windowed(name):
    """The ESP32's, ESP32-S2's and ESP32-S3's processors. QEMU has neither; its dc233c has their ABI and instructions."""
    return Target(
        name,
        "xtensa-lx106-elf-",
        **XTENSA,
        attributes=[],
        info=None,
        sections=r"\.text|\.rodata",
        code=".text",
        constants=".rodata",
        instructions=WINDOWED,
        compiler=None,  # by way of assembly, as the core
        start="start_windowed.S",
        place="""--defsym CODE=0x10000 --defsym DATA=0x100000 -e reset -u overflow8 -u underflow8
            --section-start=.reset=0xfe000000 --section-start=.begin.literal=0xfe000010 --section-start=.begin=0xfe000020
            --section-start=.vector.overflow8=0x2080 --section-start=.vector.underflow8=0x20c0""".split(),
        emulator=[*SIM, "-cpu", "dc233c"],
    )


TARGETS = {
    target.name: target
    for target in (
        arm(
            "thumbv6m-none-eabi",
            ["Tag_CPU_arch: v6S-M"],
            "cortex-m0",
            "0",
            "0x20000000",
            "microbit -global nrf51-soc.sram-size=0x30000 -global nrf51-soc.flash-size=0x100000",
        ),
        arm(
            "thumbv7m-none-eabi",
            ["Tag_CPU_arch: v7"],
            "cortex-m3",
            "0",
            "0x20000000",
            "mps2-an385",
        ),
        arm(
            "thumbv7em-none-eabi",
            ["Tag_CPU_arch: v7E-M"],
            "cortex-m4 -mfloat-abi=soft",
            "0x08000000",
            "0x20000000",
            "netduinoplus2",
        ),
        arm(
            "thumbv7em-none-eabihf",
            [
                "Tag_CPU_arch: v7E-M",
                "Tag_ABI_VFP_args: VFP registers",
                "Tag_ABI_HardFP_use: SP only",
            ],
            "cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard",
            "0x08000000",
            "0x20000000",
            "netduinoplus2",
        ),
        arm(
            "thumbv8m.main-none-eabi",
            ["Tag_CPU_arch: v8-M.mainline"],
            "cortex-m33 -mfloat-abi=soft",
            "0x10000000",
            "0x38000000",
            "mps2-an505",
        ),
        arm(
            "thumbv8m.main-none-eabihf",
            ["Tag_CPU_arch: v8-M.mainline", "Tag_ABI_VFP_args: VFP registers"],
            "cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard",
            "0x10000000",
            "0x38000000",
            "mps2-an505",
        ),
        riscv(
            "riscv32imc-unknown-none-elf", "rv32imc", r"rv32i\dp\d_m\dp\d_c\dp\d(_z[a-z]+\dp\d)*"
        ),
        riscv(
            "riscv32imac-unknown-none-elf",
            "rv32imac",
            r"rv32i\dp\d_m\dp\d_a\dp\d_c\dp\d(_z[a-z]+\dp\d)*",
        ),
        lx106("xtensa-lx106"),
        windowed("xtensa-esp32"),
        windowed("xtensa-esp32s2"),
        windowed("xtensa-esp32s3"),
    )
}


class Failure(Exception):
    """A check that does not hold."""


def expect(truth, what):
    """The check fails unless this is true."""
    if not truth:
        raise Failure(what)


def run(*argv, cwd=ROOT, stdin=None):
    """What a command prints; it must succeed."""
    argv = [str(arg) for arg in argv]
    done = subprocess.run(
        argv,
        cwd=cwd,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
    )
    expect(
        done.returncode == 0, f"{' '.join(argv)[:200]}: {done.returncode}\n{done.stderr[-2000:]}"
    )
    return done.stdout


def header_names(provided):
    """The functions that the border's header declares: the core's, or those that the shim provides."""
    text = (BORDER / "uasyncio_priority.h").read_text()
    names = set(re.findall(r"^(?!typedef)[a-z_].*?\b(up_\w+)\(.*\);$", text, re.MULTILINE))
    expect(
        SHIM < names and len(names) > 25, f"the header's functions are not what they were: {names}"
    )
    return SHIM if provided else names - SHIM


# Tables of readelf's


class Symbol:
    """A row of the symbol table."""

    def __init__(self, row):
        _, value, size, self.type, self.bind, self.visibility, self.section = row[:7]
        self.name = row[7] if len(row) > 7 else ""
        self.value = int(value, 16)
        self.size = int(size, 0)

    @property
    def end(self):
        return self.value + self.size


def symbols(target):
    """The symbol table."""
    rows = [line.split() for line in target.tool("readelf", "-sW", target.object).splitlines()]
    table = [Symbol(row) for row in rows if len(row) > 6 and re.fullmatch(r"\d+:", row[0])]
    expect(table, "there are symbols")
    return table


def functions(target):
    """The functions in the object, in order of their place."""
    found = [s for s in symbols(target) if s.type == "FUNC" and s.section != "UND"]
    return sorted(found, key=lambda s: (int(s.section), s.value))


def sections(target, file=None):
    """Name, type, size, flags, alignment of each section, by its number."""
    row = re.compile(
        r"^ *\[ *(\d+)\] (\S+) +(\S+) +\S+ \S+ ([0-9a-f]+) \S+ +([A-Za-z]*) +\d+ +\d+ +(\d+)$",
        re.MULTILINE,
    )
    found = row.findall(target.tool("readelf", "-SW", file or target.object))
    expect(len(found) > 3, "there are sections")
    return {
        int(n): (name, kind, int(size, 16), flags, int(a))
        for n, name, kind, size, flags, a in found
    }


def relocations(target):
    """Section, offset, kind, value of the symbol, its name and the addend of each relocation."""
    found = []
    section = None
    for line in target.tool("readelf", "-rW", target.object).splitlines():
        title = re.match(r"Relocation section '\.rela?(\S+)'", line)
        row = re.match(
            r"([0-9a-f]+) +[0-9a-f]+ +(R_\w+) *([0-9a-f]*) *(\S*)(?: \+ ([0-9a-f]+))?", line
        )
        if title:
            section = title[1]
        elif row:
            offset, kind, value, name, addend = row.groups()
            found.append(
                (
                    section,
                    int(offset, 16),
                    kind,
                    int(value or "0", 16),
                    name,
                    int(addend or "0", 16),
                )
            )
    expect(found, "there are relocations")
    return found


def instructions(target):
    """Address and mnemonic of each instruction, of functions only: literals lie between them."""
    found = []
    first = f"--start-address={functions(target)[0].value:#x}"
    if target.windowed:
        # With the bytes beside it, LLVM's may crash on what is no instruction.
        listing = run(
            "llvm-objdump-22", "-d", "--no-show-raw-insn", "--mcpu=esp32", first, target.object
        )
    else:
        listing = target.tool("objdump", "-d", "--no-show-raw-insn", first, target.object)
    row = re.compile(r"^ *([0-9a-f]+):\s+([a-z<][\w.>]*)")
    spans = [(f.value, f.end) for f in functions(target)]
    for line in listing.splitlines():
        match = row.match(line)
        if match and any(start <= int(match[1], 16) < end for start, end in spans):
            found.append((int(match[1], 16), match[2]))
    expect(len(found) > 1200, f"{len(found)} instructions are found")
    return found


# Checks: of each target, and of Xtensa


def built(target):
    """build-core.sh says nothing but where the archive is, and leaves it alone if nothing changed"""
    before = target.archive.stat()
    said = run(BUILD_CORE, target.name)
    expect(said == f"build/core/{target.name}/libuasyncio_priority.a\n", f"it says: {said}")
    expect(
        target.archive.stat().st_mtime_ns == before.st_mtime_ns, "the archive is as old as before"
    )
    members = target.tool("ar", "t", target.archive).split()
    expect(members == ["uasyncio_priority.o"], f"members: {members}")


def exports(target):
    """it exports what the header declares, and nothing else"""
    visible = [s for s in symbols(target) if s.bind in ("GLOBAL", "WEAK") and s.section != "UND"]
    names = {s.name for s in visible}
    wanted = header_names(provided=False)
    expect(names == wanted, f"missing: {wanted - names}; not declared: {names - wanted}")
    for symbol in visible:
        kind = (symbol.type, symbol.bind, symbol.visibility)
        expect(kind == ("FUNC", "GLOBAL", "DEFAULT"), f"{symbol.name}: {kind}")
        expect(symbol.size > 0, f"{symbol.name} is empty")


def abi(target):
    """it is for the right processor and ABI"""
    header = target.tool("readelf", "-h", target.object)
    for field, value in {
        "Class": "ELF32",
        "Data": "2's complement, little endian",
        **target.header,
    }.items():
        expect(
            re.search(rf"^ *{field}: +{re.escape(value)}$", header, re.MULTILINE),
            f"{field} is not {value}",
        )
    listing = target.tool("readelf", "-A", target.object)
    for attribute in target.attributes:
        expect(
            re.search(rf'(?:^|[\s"]){attribute}(?:$|[\s"])', listing, re.MULTILINE),
            f"{attribute} in {listing}",
        )
    if target.xtensa:
        info = [s for s in sections(target).values() if s[0] == ".xtensa.info"]
        expect(bool(info) == bool(target.info), "there is .xtensa.info where GNU as wrote it")
        if info:
            expect(
                target.info in target.tool("readelf", "-p", ".xtensa.info", target.object),
                target.info,
            )


def needs(target):
    """it needs nothing but the shim, and memory functions"""
    undefined = {s.name for s in symbols(target) if s.section == "UND" and s.name}
    expect(SHIM <= undefined, f"it does not call {SHIM - undefined}")
    expect(undefined <= SHIM | MEMORY, f"it needs {undefined - SHIM - MEMORY}")


def no_panic(target):
    """no panic, formatting or unwinding is in it"""
    bad = [s.name for s in symbols(target) if PANIC.search(s.name) and not HANDLER.search(s.name)]
    expect(not bad, f"{bad}")


def only_sections(target):
    """its sections are those that linker scripts know; no static RAM, nothing writable, no bitcode"""
    for name, kind, size, flags, alignment in sections(target).values():
        expect(re.fullmatch(rf"{target.sections}|{NOTES}|NULL|", name), f"section {name}")
        expect("W" not in flags and kind != "NOBITS", f"{name} is writable: {flags} {kind}")
        expect(
            "A" in flags or not re.match(r"\.(text|s?rodata|data|irom0)", name),
            f"{name} is not loaded",
        )
        if target.xtensa and "X" in flags:
            expect(
                name == target.code and alignment == 4 and size > 4000,
                f"{name}: {size}, {alignment}",
            )


def only_relocations(target):
    """its relocations are those that linkers of firmware handle"""
    kinds = {kind for _, _, kind, *_ in relocations(target)}
    expect(kinds <= target.relocations, f"{kinds - target.relocations}")


def partial_link(target):
    """a partial link takes all of it, and no more"""
    emulation = ["-m", "elf32lriscv"] if "riscv" in target.name else []
    linked = target.out / "linked.o"
    wanted = [arg for name in sorted(header_names(provided=False)) for arg in ("-u", name)]
    target.tool("ld", *emulation, "-r", "--gc-sections", *wanted, "-o", linked, target.archive)
    before, after = (
        sorted(
            (name, size)
            for name, _, size, flags, _ in sections(target, file).values()
            if "A" in flags and size
        )
        for file in (target.object, linked)
    )
    expect(before == after, f"{before} became {after}")
    text = sum(s for n, s in after if ".rodata" not in n)
    print(
        f"     {target.name}: text {text}, rodata {sum(s for _, s in after) - text}, data 0, bss 0"
    )


def runs_alike(target):
    """a program that calls all of it does the same here and there"""
    program = target.out / "driver.elf"
    script = ["-T", SOURCES / "machine.ld", "--gc-sections", *target.place]
    sources = [SOURCES / "driver.c", SOURCES / "machine.c"]
    if target.compiler:
        target.tool(
            *target.compiler,
            *STATIC,
            *("-nostdlib", "-static", f"-I{BORDER}"),
            *(word for arg in script for word in ("-Xlinker", arg)),
            SOURCES / target.start,
            *sources,
            *(target.archive, "-lgcc", "-o", program),
        )
    else:
        objects = [
            target.out / "start.o",
            *(target.out / f"{source.stem}.o" for source in sources),
        ]
        assemble(SOURCES / target.start, objects[0])
        for source, file in zip(sources, objects[1:]):
            features = [
                arg
                for f in ("windowed", "density", "mul32")
                for arg in ("-target-feature", f"+{f}")
            ]
            features = [arg for feature in features for arg in ("-Xclang", feature)]
            text = run(
                "clang-22",
                "--target=xtensa",
                *features,
                *STATIC,
                f"-I{BORDER}",
                "-S",
                "-o",
                "-",
                source,
            )
            fixed = file.with_suffix(".s")
            fixed.write_text("\n".join(literals.fix(text.splitlines(), literals.llvm_mc)) + "\n")
            assemble(fixed, file)
        target.tool("ld", "-static", *script, *objects, target.archive, "-o", program)
    # `timeout` ends the emulator, whatever becomes of this script.
    quiet = ("-display", "none", "-monitor", "none")
    got = run("timeout", "--kill-after=5", "60", *target.emulator, *quiet, "-kernel", program)
    want = reference()
    differs = [(a, b) for a, b in zip(got.splitlines(), want.splitlines()) if a != b]
    expect(got == want, f"first difference (there, here): {differs[:1] or got[-500:]}")


def assemble(source, file):
    """Assemble for windows."""
    run("llvm-mc-22", "--triple=xtensa", "--mcpu=esp32", "--filetype=obj", "-o", file, source)


def only_instructions(target):
    """it has only instructions of its processors, and each function begins as its ABI says"""
    listing = instructions(target)
    odd = {name for _, name in listing} - target.instructions
    expect(not odd, f"{odd}")
    mnemonic = dict(listing)
    for function in functions(target):
        first = mnemonic.get(function.value)
        expect(first is not None, f"{function.name} has no instructions")
        expect((first == "entry") == target.windowed, f"{function.name} begins with {first}")


def literals_in_reach(target):
    """each l32r reaches a literal: before it, aligned, within 256 KB, a constant or an address to be filled in"""
    loads = {address for address, name in instructions(target) if name == "l32r"}
    spans = [(f.value, f.end) for f in functions(target)]
    names = {section[0]: n for n, section in sections(target).items()}
    expect(target.code in names, f"there is no {target.code}")
    number = names[target.code]
    in_code = {s.name for s in symbols(target) if s.section == str(number)} | {target.code}
    pointed = set()
    for section, offset, kind, value, name, addend in relocations(target):
        if section == target.code and kind == "R_XTENSA_SLOT0_OP" and offset in loads:
            literal = value + addend
            pointed.add(offset)
            expect(name in in_code, f"{offset:#x}: the literal is in {name}")
            expect(literal % 4 == 0, f"{offset:#x}: {literal:#x} is not aligned")
            reach = (offset + 3 & ~3) - literal
            expect(4 <= reach <= 1 << 18, f"{offset:#x}: {literal:#x} is out of reach")
            expect(
                not any(a <= literal < b for a, b in spans), f"{offset:#x}: {literal:#x} is code"
            )
        if section == target.code and kind == "R_XTENSA_32":
            expect(offset % 4 == 0, f"an address at {offset:#x}")
            expect(
                not any(a <= offset < b for a, b in spans), f"an address in code at {offset:#x}"
            )
    expect(len(loads) > 50 and loads == pointed, f"{len(loads)} loads, {len(pointed)} relocations")


def esp8266_places(target, tree):
    """MicroPython's esp8266 linker script puts its code in flash and its constants in RAM, whatever its file is called"""
    port = tree / "ports/esp8266"
    wanted = [arg for name in sorted(header_names(provided=False)) for arg in ("-u", name)]
    for file in (target.archive, target.object):
        program = target.out / "esp8266.elf"
        target.tool(
            *("ld", "-nostdlib", "--gc-sections", "--unresolved-symbols=ignore-all"),
            *("-T", "boards/esp8266_2MiB.ld", *wanted, file, "-o", program),
            cwd=port,
        )
        size = {name: size for name, _, size, _, _ in sections(target, program).values()}
        constants = sum(
            size for name, _, size, _, _ in sections(target).values() if name == target.constants
        )
        code = sum(
            size for name, _, size, _, _ in sections(target).values() if name == target.code
        )
        expect(size[".irom0.text"] >= code, f"{size} of {file.name}: not all code in flash")
        # What the script itself puts in IRAM and RAM: the room between vectors, and a table of two words.
        expect(size[".text"] <= 256, f"{size} of {file.name}: code in IRAM")
        expect(
            size.get(".data", 0) == constants and size[".rodata"] == 8,
            f"{size} of {file.name}: constants",
        )
        places = target.tool("nm", program).splitlines()
        up = [
            int(line.split()[0], 16)
            for line in places
            if re.search(r" T up_(core|mail|flag)_", line)
        ]
        expect(len(up) == len(header_names(provided=False)), "all of it is linked")
        expect(all(0x40209000 <= place < 0x40300000 for place in up), "its functions are in flash")


# What is not of one target


def reference():
    """What the driver prints on this machine, linked with what this machine runs."""
    if not hasattr(reference, "text"):
        archive = ROOT / "build/cargo/release/libuasyncio_priority.a"
        run("cargo", "build", "--quiet", "--release", "--target-dir", "build/cargo")
        program = OUT / "driver"
        flags = ("-O1", "-Wall", "-Wextra", "-Werror", f"-I{BORDER}", "-Wl,--gc-sections")
        run("gcc", *flags, SOURCES / "driver.c", SOURCES / "machine.c", archive, "-o", program)
        reference.text = run("timeout", "60", program)
    return reference.text


def driver_does_everything():
    """the program has the core do each thing often"""
    counts = re.search(
        r"^actions ((?:[0-9a-f]{8} ){7})created, ended, cleared (.+)$", reference(), re.MULTILINE
    )
    expect(counts, "it counts what it does")
    often = [int(n, 16) for n in counts[1].split()]
    expect(min(often) > 1000, f"{often}")
    expect(min(int(n, 16) for n in counts[2].split()) > 5, counts[2])
    called = set(re.findall(r"\b(up_\w+)\(", (SOURCES / "driver.c").read_text()))
    expect(
        header_names(provided=False) <= called,
        f"not called: {header_names(provided=False) - called}",
    )


def at_the_same_time():
    """two builds of one target at the same time do not disturb each other"""
    target = TARGETS["xtensa-lx106"]
    before = target.archive.read_bytes()
    (target.archive.parent / "made-of").unlink()
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda _: run(BUILD_CORE, target.name), range(2)))
    expect(said == [f"build/core/{target.name}/libuasyncio_priority.a\n"] * 2, f"they say {said}")
    expect(target.archive.read_bytes() == before, "the archive is the same")
    expect(not list(target.archive.parent.glob("*.[0-9]*")), "nothing is left behind")


def no_such_target():
    """build-core.sh says which targets there are, and refuses another one"""
    said = run(BUILD_CORE, "--targets").split()
    expect(said == list(TARGETS), f"it says {said}")
    done = subprocess.run(
        [BUILD_CORE, "z80"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    expect(done.returncode == 1 and not done.stdout, f"{done}")
    expect("z80" in done.stderr and set(TARGETS) <= set(done.stderr.split()), done.stderr)


POOL = """\
\t.section .text.first,"ax",@progbits
\t.type first,@function
first:
\tret
\t.size first, 3
\t.literal_position
\t.literal .LCPI1_0, abort
\t.literal .LCPI1_1, 65535
\t.section .text.first,"ax",@progbits
\t.section .text.second,"ax",@progbits
\t.global second
\t.type second,@function
second:
\tl32r a8, .LCPI1_0
\tl32r a9, .LCPI1_1
\t.size second, 6
"""


def pools_move():
    """literals.py moves a pool to the head of its function"""
    switch = '\t.section .text.first,"ax",@progbits\n\t.section .text.second,"ax",@progbits\n'
    head, tail = POOL.split("\t.literal_position\n")
    tail = tail.split(switch)[1]
    gas = "\t.literal_position\n\t.literal .LCPI1_0, up_panic\n\t.literal .LCPI1_1, 65535\n"
    mc = (
        '\t.section .literal.second,"ax",@progbits\n\t.p2align 2\n'
        ".LCPI1_0:\n\t.long up_panic\n.LCPI1_1:\n\t.long 65535\n\t.previous\n"
    )
    for form, pool in ((literals.gas, gas), (literals.llvm_mc, mc)):
        got = "\n".join(literals.fix(POOL.splitlines(), form)) + "\n"
        expect(got == head + switch + pool + tail, f"it made\n{got}")


def pools_that_cannot_move():
    """literals.py refuses a literal without a function, and a load of a literal of another one"""
    bad = {
        "\t.literal .LCPI9_0, 1\n": "no function has the literal .LCPI9_0",
        POOL.replace(
            "l32r a9, .LCPI1_1", "l32r a9, .LCPI0_0"
        ): "line 15: .LCPI0_0 is no literal of second",
        POOL
        + '\t.section .text.third,"ax"\n\t.type third,@function\nthird:\n\tl32r a8, .LCPI1_0\n': (
            "line 20: .LCPI1_0 is no literal of third"
        ),
        POOL.replace(".text.second", ".rodata"): "second is in section .rodata",
    }
    for text, why in bad.items():
        for form in (literals.gas, literals.llvm_mc):
            try:
                literals.fix(text.splitlines(), form)
            except ValueError as error:
                expect(why in str(error), f"{error}, not {why}")
            else:
                raise Failure(f"it takes what should give: {why}")


def main():
    """Check all, print the count, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, help="MicroPython's source")
    parser.add_argument("target", nargs="*", help="all, if none is named")
    args = parser.parse_args()
    counts = [0, 0]

    def judge(who, check, *argv):
        try:
            check(*argv)
            counts[0] += 1
            print(f"ok   {who}: {check.__doc__}", flush=True)
        except (Failure, OSError, LookupError) as why:
            counts[1] += 1
            print(f"FAIL {who}: {check.__doc__}\n     {why}", flush=True)

    OUT.mkdir(parents=True, exist_ok=True)
    chosen = [TARGETS[name] for name in args.target or TARGETS]

    def build(target):
        return subprocess.run(
            [BUILD_CORE, target.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    with ThreadPoolExecutor(2) as pool:
        builds = list(pool.map(build, chosen))
    for target, done in zip(chosen, builds):
        if done.returncode != 0:
            counts[1] += 1
            print(f"FAIL {target.name}: it is built\n{done.stdout}")
            continue
        target.out.mkdir(exist_ok=True)
        target.object.unlink() if target.object.exists() else None
        try:
            target.tool("ar", "x", target.archive, cwd=target.out)
        except (Failure, OSError) as why:
            counts[1] += 1
            print(f"FAIL {target.name}: it can be taken out of its archive\n     {why}")
            continue
        checks = [
            built,
            exports,
            abi,
            needs,
            no_panic,
            only_sections,
            only_relocations,
            partial_link,
        ]
        if target.xtensa:
            checks += [only_instructions, literals_in_reach]
        for check in (*checks, runs_alike):
            judge(target.name, check, target)
        if target.name == "xtensa-lx106" and args.tree:
            judge(target.name, esp8266_places, target, args.tree)
    for check in (
        driver_does_everything,
        at_the_same_time,
        no_such_target,
        pools_move,
        pools_that_cannot_move,
    ):
        judge("all", check)
    print(f"{counts[0]} passed, {counts[1]} failed")
    return 1 if counts[1] else 0


if __name__ == "__main__":
    sys.exit(main())
