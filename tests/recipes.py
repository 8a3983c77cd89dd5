#!/usr/bin/env python3
"""What can be said of the boards' firmware without their SDKs: recipes.py MICROPYTHON_TREE

`make firmware`, and `make pyboard`, `esp8266`, `esp32` and `pico`, which are that with arguments, are run against trees and toolchains that are made up. Our module is compiled by
the real ports' makefiles (the stand-ins for what the tree lacks are in recipes/), linked by their linker scripts, and
looked at. CMake's part is built for this machine and run (cmake/). Ends with `N passed, N failed`.
"""

import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "tests/recipes"
WORK = ROOT / "build/recipes"
MPY_CROSS = ROOT / "build/mpy-cross/mpy-cross"
TREE = Path(sys.argv[1]).resolve()

# Where names are looked for: all of MicroPython would need the ports' libraries.
SRC_QSTR = "SRC_QSTR=$(SRC_USERMOD_PATHFIX_C)"


class Failed(Exception):
    """What was found, and should not have been."""


def check(good, *what):
    """Raise unless it is good."""
    if not good:
        raise Failed(" ".join(map(str, what)))


def run(*argv, status=0, cwd=ROOT, **env):
    """The output of a command that ends with this status."""
    # What make tells its children is for those of `make test` only.
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("MAKE", "MFLAGS", "CMAKE_ARGS"))
    }
    kept.update(PYTHONPYCACHEPREFIX=str(WORK / "pycache"), MICROPY_GIT_TAG="v1.25.0")
    process = subprocess.run(
        [str(arg) for arg in argv],
        cwd=cwd,
        env={**kept, **{key: str(value) for key, value in env.items()}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    out = process.stdout + process.stderr
    check(
        process.returncode == status,
        *argv[:4],
        "ended with",
        process.returncode,
        "\n",
        out[-3000:],
    )
    return out


def fresh(path):
    """An empty folder."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def write(path, text, mode=0o644):
    """A file, and the folders it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def archive(target):
    """The Rust core for a target."""
    return ROOT / run("ports/build-core.sh", target).strip()


# A MicroPython tree, a project and toolchains that are made up. ------------------------------------------------------

# A port's Makefile that writes down what it is given, and a linker's map in which our part is.
RECORDING = """
MICROPYTHON_LIB ?= lib/micropython-lib
CFLAGS += -mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
-include boards/$(BOARD)/board.mk
FROZEN_MANIFEST ?= $(or $(BOARD_DIR),boards/$(BOARD))/manifest.py
GIT_SUBMODULES += lib/one lib/two
all:
	mkdir -p $(BUILD)/genhdr
	@for v in BOARD BOARD_DIR USER_C_MODULES FROZEN_MANIFEST MICROPY_MPYCROSS CMAKE_ARGS CC CFLAGS_EXTRA PORT; do \\
		eval "echo $$v=\\$$$$v"; done >$(BUILD)/given
	ls -L $$UP_ARCHIVE >>$(BUILD)/given
	cp $(TEST_MAP) $(BUILD)/firmware.map
	echo an image of some length >$(BUILD)/firmware.bin
	cp -r $(TEST_PARTITIONS) $(BUILD)
	echo 'uintptr_t up_mail[21];' >$(BUILD)/genhdr/root_pointers.h
"""
MAP = """Memory Configuration

Name             Origin             Length             Attributes
FLASH            0x08000000         0x00100000         xr
FLASH_TEXT       0x08020000         0x00001800         xr
RAM              0x20000000         0x00000100         xrw
*default*        0x00000000         0xffffffff

Linker script and memory map

.text           0x08020000     0x1000
 .text.up_core_next
                0x08020000      0x3d4 /x/uasyncio_priority_core.o
 .text.up_run   0x080203d4       0xc8 /x/micropython-bindings/run_loop.o
 .text.other    0x0802049c       0xc8 /x/py/vm.o
 .rodata.fun_data__asyncio_wait_gather
                0x08020564       0x10 /x/frozen_content.o
 .rodata.fun_data_upysh_x
                0x08020574       0x10 /x/frozen_content.o
.data           0x20000000       0x10 load address 0x08021000
 .data.x        0x20000000       0x10 /x/py/vm.o
.bss            0x20000010        0x4
 .bss.x         0x20000010        0x4 /x/micropython-bindings/platform/unix.o
.debug_info     0x00000000   0x123456
"""
# Where the linker gives Python's heap what is left.
HEAP = """                0x20000020                        _heap_start = _ebss
                0x200000a0                        _heap_end = _sstack
"""
# What MicroPython's README for the ESP32 says, in 1.25 and since 1.26.1: v5.2, v5.2.2 and v5.4 will do.
IDF_SENTENCES = (
    "It uses the ESP-IDF.\n\nMicroPython only supports certain versions.\nCurrently MicroPython supports v5.2, v5.2.2 and v5.4.\n\nv4.4\n",
    "It uses the ESP-IDF.\n\nMicroPython only supports certain versions. The\ncurrent recommended version of ESP-IDF for MicroPython is"
    " v5.4. MicroPython\nalso supports v5.2 and v5.2.2.\n\nv4.4\n",
)
SUBMODULES = {
    "stm32": ("lib/one", "lib/two"),
    "esp8266": ("lib/one", "lib/two"),
    "esp32": ("lib/tinyusb", "lib/micropython-lib", "lib/berkeley-db-1.xx"),
    "rp2": ("lib/pico-sdk", "lib/tinyusb", "lib/mbedtls", "lib/micropython-lib"),
    "samd": ("lib/one", "lib/two"),
}
BOARDS = {
    "pyboard": ("stm32", ("PYBV11", "PYBV10", "PYBD_SF2", "PYBD_SF6")),
    "esp8266": ("esp8266", ("ESP8266_GENERIC",)),
    "esp32": ("esp32", ("ESP32_GENERIC", "ESP32_GENERIC_S3", "ESP32_GENERIC_C3")),
    "pico": ("rp2", ("RPI_PICO", "RPI_PICO_W", "RPI_PICO2")),
    "firmware PORT=samd": ("samd", ("SOME_M4", "SOME_M0")),
}
CHIPS = {"ESP32_GENERIC_S3": "esp32s3", "ESP32_GENERIC_C3": "esp32c3"}


def made_up_tree():
    """A whole MicroPython tree, as far as our recipes look."""
    tree = fresh(WORK / "tree")
    version = (("MAJOR", 1), ("MINOR", 25), ("MICRO", 0))
    write(
        tree / "py/mpconfig.h",
        "".join(f"#define MICROPY_VERSION_{name} {n}\n" for name, n in version),
    )
    write(tree / "py/mkrules.cmake", "list(APPEND GIT_SUBMODULES lib/micropython-lib)\n")
    write(tree / "mpy-cross/Makefile", "all:\n\tmkdir -p $(BUILD) && touch $(BUILD)/mpy-cross\n")
    write(tree / ".git", "")
    for port, boards in BOARDS.values():
        write(tree / "ports" / port / "Makefile", RECORDING)
        for board in boards:
            folder = tree / "ports" / port / "boards" / board
            write(folder / "manifest.py", "")
            write(folder / "mpconfigboard.h", "")
            if board in CHIPS:
                write(folder / "mpconfigboard.cmake", f"set(IDF_TARGET {CHIPS[board]})\n")
        write(tree / "ports" / port / "boards/manifest.py", "")
        for submodule in SUBMODULES[port]:
            write(tree / submodule / "README.md", "")
    write(
        tree / "ports/stm32/boards/PYBV11/board.mk",
        "FROZEN_MANIFEST ?= boards/PYBV10/manifest.py\n",
    )
    m0 = "CFLAGS := -mthumb -mcpu=cortex-m0plus -msoft-float\n"
    write(tree / "ports/samd/boards/SOME_M0/board.mk", m0)
    write(tree / "tools/uf2conv.py", (TREE / "tools/uf2conv.py").read_text())
    write(tree / "tools/uf2families.json", (TREE / "tools/uf2families.json").read_text())
    for board in BOARDS["pico"][1]:
        header = (
            "#define MICROPY_HW_FLASH_STORAGE_BYTES (PICO_FLASH_SIZE_BYTES - 6 * 1024 + 1536)\n"
        )
        write(tree / "ports/rp2/boards" / board / "mpconfigboard.h", header)
    rp2350 = 'set(PICO_PLATFORM "rp2350")\n'
    write(tree / "ports/rp2/boards/RPI_PICO2/mpconfigvariant.cmake", rp2350)
    write(
        tree / "ports/rp2/boards/RPI_PICO2/mpconfigvariant_RISCV.cmake",
        rp2350.replace('")', '-riscv")'),
    )
    write(tree / "ports/rp2/boards/RPI_PICO_W/mpconfigboard.cmake", "set(MICROPY_PY_LWIP ON)\n")
    write(tree / "lib/lwip/README.md", "")
    write(tree / "ports/esp32/esp32_common.cmake", "list(APPEND GIT_SUBMODULES lib/tinyusb)\n")
    write(tree / "ports/esp32/README.md", IDF_SENTENCES[0])
    return tree


def made_up_tools(idf="5 4"):
    """What makes up a PATH and an ESP-IDF with all that is asked for."""
    tools = fresh(WORK / "tools")
    sdk = tools / "sdk/usr"
    write(sdk / "include/user_interface.h", "")
    write(sdk / "lib/libnet80211.a", "")
    write(
        tools / "bin/xtensa-lx106-elf-gcc",
        f"#!/bin/sh\n[ $1 != -print-sysroot ] || echo {tools}/sdk\n",
        0o755,
    )
    for name in (
        "esptool.py",
        "idf.py",
        "arm-none-eabi-gcc",
        "arm-none-eabi-g++",
        "riscv32-unknown-elf-gcc",
    ):
        write(tools / "bin" / name, "#!/bin/sh\n", 0o755)
    for chip in ("xtensa-esp32-elf", "xtensa-esp32s3-elf", "riscv32-esp-elf"):
        write(tools / f"bin/{chip}-gcc", "#!/bin/sh\n", 0o755)
    write(tools / "idf/tools/idf.py", "")
    major, minor = idf.split()
    write(
        tools / "idf/tools/cmake/version.cmake",
        f"set(IDF_VERSION_MAJOR {major})\nset(IDF_VERSION_MINOR {minor})\n",
    )
    return {"PATH": f"{tools}/bin:{os.environ['PATH']}", "IDF_PATH": tools / "idf"}


def look(verb, board, tree, status, **env):
    """What check-firmware.sh says."""
    port = BOARDS[verb][0]
    return run("ports/check-firmware.sh", port, board, tree, verb, status=status, **env)


def nothing_missing():
    """Where all is there, check-firmware.sh has nothing to say."""
    tree, tools = made_up_tree(), made_up_tools()
    for verb, (_, boards) in BOARDS.items():
        for board in boards:
            said = look(verb, board, tree, 0, **tools)
            check(said == "", verb, board, said)


def each_missing():
    """What is missing is said, with how to get it, and all at once."""
    tree, tools = made_up_tree(), made_up_tools()
    for verb, (port, boards) in BOARDS.items():
        said = look(verb, boards[0], "", 1, **tools)
        check("Missing: MPY_DIR" in said and f"make {verb} MPY_DIR=" in said, said)
        said = look(verb, boards[0], ROOT / "src", 1, **tools)
        check("no py/mpconfig.h" in said, said)
        said = look(verb, "PYBLITE", tree, 1, **tools)
        check(f"port {port} has no board PYBLITE" in said and all(b in said for b in boards), said)
        submodule = SUBMODULES[port][0]
        shutil.rmtree(tree / submodule)
        said = look(verb, boards[0], tree, 1, **tools)
        check(f"git -C {tree} submodule update --init {submodule}\n" in said, said)
        (tree / submodule).mkdir()
        check(said == look(verb, boards[0], tree, 1, **tools), "an empty submodule is none")
        (tree / submodule / "file").touch()
    for verb, board, tool in (
        ("pyboard", "PYBV11", "arm-none-eabi-gcc"),
        ("firmware PORT=samd", "SOME_M0", "arm-none-eabi-gcc"),
        ("pico", "RPI_PICO", "arm-none-eabi-gcc"),
        ("pico", "RPI_PICO2", "arm-none-eabi-g++"),
        ("esp8266", "ESP8266_GENERIC", "xtensa-lx106-elf-gcc"),
        ("esp8266", "ESP8266_GENERIC", "esptool"),
        ("esp32", "ESP32_GENERIC", "xtensa-esp32-elf-gcc"),
        ("esp32", "ESP32_GENERIC_S3", "xtensa-esp32s3-elf-gcc"),
        ("esp32", "ESP32_GENERIC_C3", "riscv32-esp-elf-gcc"),
    ):
        # A PATH of what the script itself needs; the real tools may be beside those.
        few = fresh(WORK / "few")
        scripts = ("sh", "sed", "grep", "tr", "ls", "dirname", "make", "tail", "echo", "cat")
        for name in (*scripts, "cmake", "g++"):
            (few / name).symlink_to(shutil.which(name))
        for made_up in (WORK / "tools/bin").iterdir():
            if not made_up.name.startswith(tool):
                (few / made_up.name).symlink_to(made_up)
        said = look(verb, board, tree, 1, **{**tools, "PATH": few})
        check(
            len(re.findall("^Missing", said, re.MULTILINE)) == 1 and tool in said, verb, tool, said
        )
        check(re.search(r"^    \S", said, re.MULTILINE), said)


def wrong_sdk():
    """A compiler without its SDK, and an ESP-IDF that MicroPython was not made for, are seen."""
    tree, tools = made_up_tree(), made_up_tools()
    shutil.rmtree(WORK / "tools/sdk")
    said = look("esp8266", "ESP8266_GENERIC", tree, 1, **tools)
    check("user_interface.h" in said and "libnet80211.a" in said, said)
    readme = tree / "ports/esp32/README.md"
    for sentence in IDF_SENTENCES:
        write(readme, sentence)
        for idf, status in (("5 2", 0), ("5 3", 1), ("4 4", 1)):
            said = look("esp32", "ESP32_GENERIC", tree, status, **made_up_tools(idf))
            check((said == "") if status == 0 else "one of: v5.2 v5.2.2 v5.4" in said, idf, said)
    # The sentence of the tree at hand is understood, and one that is not is no silent pass.
    write(readme, (TREE / "ports/esp32/README.md").read_text())
    said = look("esp32", "ESP32_GENERIC", tree, 1, **made_up_tools("4 4"))
    check("one of: v5.2 " in said and " v4" not in said.partition("(")[0], said)
    write(readme, "Any ESP-IDF will do.\n")
    said = look("esp32", "ESP32_GENERIC", tree, 0, **made_up_tools("4 4"))
    check("Not checked: " in said, said)
    write(readme, IDF_SENTENCES[0])
    said = look("esp32", "ESP32_GENERIC", tree, 1, **{**tools, "IDF_PATH": ""})
    check("IDF_PATH is not set" in said, said)


def fetched_tree():
    """The source that we fetch ourselves does not do, and that is said before anything is made."""
    # TREE without what its submodules have.
    bare, tools = fresh(WORK / "bare"), made_up_tools()
    for entry in TREE.iterdir():
        if entry.name not in ("lib", ".git"):
            (bare / entry.name).symlink_to(entry)
    for entry in (TREE / "lib").iterdir():
        (bare / "lib" / entry.name).mkdir(parents=True)
    for verb in BOARDS:
        board = "BOARD=SEEED_XIAO_SAMD21" if "samd" in verb else "BOARD_VARIANT="
        said = run("make", *verb.split(), board, f"MPY_DIR={bare}", status=2, **tools)
        check("Missing: submodules of MicroPython, empty in" in said, said)
        check("lib/micropython-lib" in said and "submodule update --init" in said, said)
        check("Building" not in said and "installing" not in said, said)


def our_clone():
    """A clone of ours: what it makes is its own, but for the cores, which take a while."""
    clone = fresh(WORK / "clone")
    for name in (
        "Makefile",
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "ports",
        "micropython-bindings",
        "python",
    ):
        (clone / name).symlink_to(ROOT / name)
    (clone / "build").mkdir()
    (ROOT / "build/core").mkdir(parents=True, exist_ok=True)
    (clone / "build/core").symlink_to(ROOT / "build/core")
    return clone


def verbs():
    """The verbs give the port's make what it needs, and say what came out and how to flash it."""
    tree, tools = made_up_tree(), made_up_tools()
    clone = our_clone()
    write(WORK / "map", MAP)
    write(WORK / "map-heap", MAP + HEAP)
    before = sorted(tree.rglob("*"))
    # As ESP-IDF writes it: a magic number, a type, a subtype, an offset, a size, a name.
    partitions = fresh(WORK / "partition_table")
    with (partitions / "partition-table.bin").open("wb") as file:
        for entry in ((1, 2, 0x9000, 0x6000, b"nvs"), (0, 16, 0x10000, 0x1000, b"factory")):
            file.write(struct.pack("<2sBBII16s4x", b"\xaa\x50", *entry))
    write(WORK / "micropython.bin", "x" * 4000)
    for verb, target, cut in (
        ("pyboard", "thumbv7em-none-eabihf", None),
        ("esp8266", "xtensa-lx106", None),
        ("esp32", "xtensa-esp32", None),
        ("esp32", "xtensa-esp32s3", "ESP32_GENERIC_S3"),
        ("esp32", "riscv32imc-unknown-none-elf", "ESP32_GENERIC_C3"),
        ("pico", "thumbv6m-none-eabi", None),
        ("pico", "thumbv6m-none-eabi", "RPI_PICO_W"),
        ("pico", "thumbv8m.main-none-eabi", "RPI_PICO2"),
        ("firmware PORT=samd", "thumbv7em-none-eabihf", "SOME_M4"),
        ("firmware PORT=samd", "thumbv6m-none-eabi", "SOME_M0"),
        ("firmware PORT=stm32", "thumbv7em-none-eabihf", "PYBV11"),
    ):
        port = verb.partition("=")[2] or BOARDS[verb][0]
        board = cut or BOARDS[verb][1][0]
        arguments = [f"BOARD={cut}"] if cut else []
        which = "map" if port in ("esp8266", "esp32") else "map-heap"
        arguments.append(f"TEST_MAP={WORK}/{which}")
        if port == "esp32":
            arguments.append(f"TEST_PARTITIONS={partitions} {WORK}/micropython.bin")
        else:
            arguments.append(f"TEST_PARTITIONS={WORK}/micropython.bin")
        said = run("make", *verb.split(), f"MPY_DIR={tree}", *arguments, cwd=clone, **tools)
        folder = {"stm32": "pyboard", "rp2": "pico"}.get(port, port)
        build = clone / "build" / folder / board
        given = dict(
            line.partition("=")[::2] for line in (build / "given").read_text().splitlines()
        )
        cmake = port in ("esp32", "rp2")
        want = {
            "BOARD": board,
            "BOARD_DIR": "",
            "USER_C_MODULES": f"{clone}{'/micropython-bindings/micropython.cmake' if cmake else ''}",
            "FROZEN_MANIFEST": f"{build}/manifest.py",
            "MICROPY_MPYCROSS": f"{clone}/build/mpy-cross/mpy-cross",
            "CMAKE_ARGS": "",
            "CC": "",
            "CFLAGS_EXTRA": "",
            "PORT": "",
            f"{clone}/build/core/{target}/libuasyncio_priority.a": "",
        }
        check(given == want, verb, given, "instead of", want)
        own = "" if cmake else "/PYBV10" if port == "stm32" else f"/{board}"
        frozen = (build / "manifest.py").read_text()
        check(
            frozen == f'include("{clone}/python/manifest.py")\n'
            f'include("{tree}/ports/{port}/boards{own}/manifest.py")\n',
            frozen,
        )
        check("Flash 1196 bytes, static RAM 88 bytes" in said, said)
        leaves = {
            "esp8266": "2032 bytes of FLASH_TEXT, 236 bytes of RAM beside Python's heap",
            "esp32": "96 bytes of the partition factory, 236 bytes of RAM for ESP-IDF's heap",
            "rp2": "496 bytes of FLASH_TEXT, 128 bytes of RAM for Python's heap",
        }.get(port, "2032 bytes of FLASH_TEXT, 128 bytes of RAM for Python's heap")
        check(f"The firmware leaves {leaves}" in said, said)
        check(f"build/{folder}/{board}/firmware." in said, said)
    # Where the SDK is not the compiler's own, the ESP8266's port is told, and mpy-cross is not.
    arguments = (f"MPY_DIR={tree}", f"TEST_MAP={WORK}/map", f"ESP_SYSROOT={WORK}/tools/sdk")
    run("make", "esp8266", *arguments, f"TEST_PARTITIONS={WORK}/map", cwd=clone, **tools)
    given = (clone / "build/esp8266/ESP8266_GENERIC/given").read_text()
    check(f"\nCC=xtensa-lx106-elf-gcc --sysroot={WORK}/tools/sdk\n" in given, given)
    check("\nCFLAGS_EXTRA=-fcommon -Wno-array-bounds" in given, given)
    # What is the user's own: modules to freeze, a pyb, a board's definition, outside of the tree.
    own = fresh(WORK / "own")
    write(own / "manifest.py", 'module("mine.py")\n')
    for verb, file, text, target in (
        ("pyboard", "mpconfigboard.mk", "", "thumbv7em-none-eabihf"),
        ("esp8266", "mpconfigboard.mk", "", "xtensa-lx106"),
        ("esp32", "mpconfigboard.cmake", "set(IDF_TARGET esp32s3)\n", "xtensa-esp32s3"),
        (
            "pico",
            "mpconfigboard.cmake",
            'set(PICO_PLATFORM "rp2350")\n',
            "thumbv8m.main-none-eabi",
        ),
    ):
        board = own / f"MINE_{verb}"
        write(board / file, text)
        write(board / "mpconfigboard.h", "#define MICROPY_HW_FLASH_STORAGE_BYTES (0)\n")
        write(board / "manifest.py", "")
        arguments = (
            "PYB=1",
            "FROZEN_MANIFEST=../own/manifest.py",
            f"BOARD_DIR=../own/{board.name}/",
            f"TEST_PARTITIONS={partitions if verb == 'esp32' else ''} {WORK}/micropython.bin",
        )
        run(
            "make", verb, f"MPY_DIR={tree}", f"TEST_MAP={WORK}/map", *arguments, cwd=clone, **tools
        )
        build = clone / "build" / verb / board.name
        given = (build / "given").read_text()
        for want in (
            f"BOARD={board.name}\n",
            f"BOARD_DIR={board}\n",
            f"FROZEN_MANIFEST={build}/manifest.py\n",
            f"/core/{target}/",
        ):
            check(want in given, verb, "was not given", want, given)
        check("own/manifest.py" not in given, "the port's own manifest is taken for", given)
        frozen = (build / "manifest.py").read_text()
        its_own = f"{tree}/ports/rp2/boards" if verb in ("esp32", "pico") else board
        its_own = f"{tree}/ports/esp32/boards" if verb == "esp32" else its_own
        check(
            frozen == f'include("{clone}/python/manifest.py")\n'
            f'include("{its_own}/manifest.py")\n'
            f'module("pyb.py", base_path="{clone}/ports/pyb", opt=3)\n'
            f'include("{own}/manifest.py")\n',
            frozen,
        )
    # The rp2 port's linker script does not see that an image reaches into the file system.
    header = "#define MICROPY_HW_FLASH_STORAGE_BYTES (4 * 512)\n"
    write(own / "MINE_pico/mpconfigboard.h", header)
    arguments = (f"MPY_DIR={tree}", f"TEST_MAP={WORK}/map", f"BOARD_DIR={own}/MINE_pico")
    arguments += (f"TEST_PARTITIONS={WORK}/micropython.bin",)
    said = run("make", "pico", *arguments, cwd=clone, status=2, **tools)
    check("16 bytes too large for FLASH_TEXT beside its file system" in said, said)
    check(sorted(tree.rglob("*")) == before, "something was written into the user's tree")


# Boards of MicroPython's, some for each processor and each kind of ports, with the core that each needs; of a variant.
NEEDS = {
    "thumbv6m-none-eabi": "stm32/NUCLEO_F091RC stm32/B_L072Z_LRWAN1 samd/SEEED_XIAO_SAMD21 nrf/MICROBIT rp2/RPI_PICO_W",
    "thumbv7m-none-eabi": "stm32/NUCLEO_L152RE",
    "thumbv7em-none-eabi": "stm32/NUCLEO_WL55 mimxrt/OLIMEX_RT1010",
    "thumbv7em-none-eabihf": """stm32/PYBV11 stm32/PYBD_SF6 stm32/ARDUINO_GIGA stm32/NUCLEO_WB55 nrf/PCA10056 mimxrt/TEENSY40
        renesas-ra/EK_RA6M2 samd/ADAFRUIT_ITSYBITSY_M4_EXPRESS""",
    "thumbv8m.main-none-eabi": "rp2/RPI_PICO2",
    "thumbv8m.main-none-eabihf": "stm32/STM32H573I_DK renesas-ra/VK_RA6M5 nrf/PCA10090",
    "riscv32imac-unknown-none-elf": "rp2/RPI_PICO2/RISCV esp32/M5STACK_NANOC6",
    "riscv32imc-unknown-none-elf": "esp32/ESP32_GENERIC_C3",
    "xtensa-lx106": "esp8266/ESP8266_GENERIC",
    "xtensa-esp32": "esp32/ESP32_GENERIC",
    "xtensa-esp32s2": "esp32/ESP32_GENERIC_S2",
    "xtensa-esp32s3": "esp32/ESP32_GENERIC_S3",
}
# Flags that no board of the tree at hand has.
FLAGS = {
    "-mcpu=cortex-m33+nofp -mfloat-abi=hard": "thumbv8m.main-none-eabihf",
    "-mcpu=cortex-m55": "thumbv8m.main-none-eabi",
    "-march=armv7e-m -mfloat-abi=softfp": "thumbv7em-none-eabi",
    "-march=rv32imac_zicsr -mabi=ilp32": "riscv32imac-unknown-none-elf",
    "-march=rv32imc -mabi=ilp32": "riscv32imc-unknown-none-elf",
    "-march=rv32imafc -mabi=ilp32f": "its processor is rv32imafc with the ABI ilp32f",
    "-march=rv64imac -mabi=lp64": "its processor is rv64imac. docs/porting.md",
    "-mcpu=cortex-m23": "its processor is cortex-m23. docs/porting.md",
    "-mcpu=arm926ej-s": "its processor is arm926ej-s. docs/porting.md",
    "": "name no processor by -mcpu or -march",
}


def targets():
    """The core for a board is that of the flags its port gives the compiler, which agrees; or a sentence says why there is none."""
    for target, boards in NEEDS.items():
        check(archive_known(target), target)
        for board in boards.split():
            port, board, variant = (*board.split("/"), "")[:3]
            env = {"BOARD_VARIANT": variant}
            said = run("ports/ask-board.sh", TREE, port, board, "target", **env).strip()
            check(said == target, board, said, "instead of", target)
            if port not in ("stm32", "samd", "nrf", "mimxrt", "renesas-ra"):
                continue
            # The compiler, given all that the port gives it of the kind, compiles what links with that core.
            flags = run("ports/ask-port.sh", TREE, port, board, "filter -m%,$(CFLAGS)").split()
            macros = run("arm-none-eabi-gcc", *flags, "-dM", "-E", "-x", "c", "/dev/null")
            has = set(re.findall(r"#define (__ARM_ARCH_\w+__|__ARM_PCS_VFP) ", macros))
            arch = {
                "thumbv6m": "__ARM_ARCH_6M__",
                "thumbv7m": "__ARM_ARCH_7M__",
                "thumbv7em": "__ARM_ARCH_7EM__",
                "thumbv8m.main": "__ARM_ARCH_8M_MAIN__",
            }[target.partition("-")[0]]
            check(arch in has, board, has)
            check(("__ARM_PCS_VFP" in has) == target.endswith("hf"), board, has)
    tree = made_up_tree()
    for flags, want in FLAGS.items():
        write(tree / "ports/samd/boards/SOME_M0/board.mk", f"CFLAGS := {flags}\n")
        known = archive_known(want)
        said = run(
            "ports/ask-board.sh", tree, "samd", "SOME_M0", "target", status=0 if known else 1
        )
        check(said.strip() == want if known else want in said, flags, said)
    for chip, want in (("esp32c5", "riscv32imac"), ("esp32p4", "its chip is esp32p4")):
        board = tree / "ports/esp32/boards/ESP32_GENERIC/mpconfigboard.cmake"
        write(board, f"set(IDF_TARGET {chip})\n")
        argv = ("ports/ask-board.sh", tree, "esp32", "ESP32_GENERIC", "target")
        said = run(*argv, status="chip" in want)
        check(want in said, chip, said)


def archive_known(target):
    """Whether build-core.sh has that target."""
    return target in run("ports/build-core.sh", "--targets").split()


def refused():
    """A port that our loop cannot be built into is refused with a sentence, and so is one whose makefile gives up."""
    tools = made_up_tools()
    tree = made_up_tree()
    for arguments, want in (
        ((), "make firmware needs PORT=..."),
        (("PORT=unix",), "make unix builds MicroPython's port unix"),
        (("PORT=zephyr", "BOARD=x"), "none that our loop can be built into"),
        (("PORT=webassembly", "BOARD=x"), "none that our loop can be built into"),
        (("PORT=vax", "BOARD=x"), "has no port vax. There are: esp32 esp8266 rp2 samd stm32"),
        (("PORT=samd",), "needs BOARD=..., one of: SOME_M0 SOME_M4"),
        (("PORT=samd", "BOARD=x"), "has no board x. BOARD is one of: SOME_M0 SOME_M4"),
        (("PORT=samd", "BOARD=SOME_M0"), "ERROR: no stack"),
        (("PORT=samd", "BOARD=SOME_M4"), "freezes no Python: its makefile has no FROZEN_MANIFEST"),
        (("PORT=stm32", "BOARD=PYBV11"), "There is no Rust core for PYBV11"),
    ):
        if "SOME_M0" in want:
            pass
        elif "stack" in want:
            write(tree / "ports/samd/boards/SOME_M0/board.mk", "$(error ERROR: no stack)\n")
        elif "freezes" in want:
            text = RECORDING.replace("FROZEN_MANIFEST ?=", "#").replace("FROZEN_MANIFEST ", "")
            write(tree / "ports/samd/Makefile", text)
        elif "core" in want:
            write(tree / "ports/stm32/boards/PYBV11/board.mk", "CFLAGS := -mcpu=cortex-m23\n")
        said = run("make", "firmware", f"MPY_DIR={tree}", *arguments, status=2, **tools)
        check(want in said, arguments, said)
        check("Building" not in said and "installing" not in said, said)


def little_flash():
    """An ESP8266's variants without room for our loop are refused with the figure; leaving parts out makes them try."""
    tree, tools = made_up_tree(), made_up_tools()
    less = dict.fromkeys(
        ("MICROPY_UASYNCIO_PRIORITY_V2", "MICROPY_UASYNCIO_PRIORITY_CPYTHON", "MICROPY_PY_BTREE"),
        0,
    )
    for variant, want, want_less in (
        ("FLASH_1M", "FLASH_1M has no room for all of it: the firmware is some 25 KB", ""),
        ("OTA", "OTA has no room for all of it: the firmware is some 25 KB too large", ""),
        ("FLASH_512K", *["FLASH_512K has no room for our loop"] * 2),
        ("FLASH_2M_ROMFS", "", ""),
    ):
        for parts, sentence in (
            ({}, want),
            (less, want_less),
            ({**less, "MICROPY_PY_BTREE": 1}, want),
        ):
            env = {**tools, **parts, "BOARD_VARIANT": variant}
            said = look("esp8266", "ESP8266_GENERIC", tree, 1 if sentence else 0, **env)
            check(sentence in said if sentence else not said, variant, parts, said)
    # The verb hands the switches on as they are given.
    arguments = ["BOARD_VARIANT=FLASH_1M", *(f"{name}=0" for name in less)]
    said = run(
        "make",
        "check-firmware",
        "PORT=esp8266",
        "BOARD=ESP8266_GENERIC",
        f"MPY_DIR={tree}",
        *arguments,
        **tools,
    )
    check("no room" not in said, said)


def manifests():
    """A board's frozen Python is ours and its own, and asyncio is ours."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(TREE / "tools"))
    import manifestfile

    own = {str(p.relative_to(ROOT / "python")): p for p in (ROOT / "python").rglob("*.py")}
    for not_for_boards in ("manifest.py", "asyncio_priority/testing.py", "_asyncio_help.py"):
        del own[not_for_boards]
    some = ("ADAFRUIT_ITSYBITSY_M4_EXPRESS",)
    for port, boards in {**dict(BOARDS.values()), "samd": some}.items():
        for board in boards:
            folder = TREE / "ports" / port
            manifest = run("ports/ask-board.sh", TREE, port, board, "manifest").strip()
            variables = {
                "MPY_DIR": str(TREE),
                "MPY_LIB_DIR": "",
                "PORT_DIR": str(folder),
                "BOARD_DIR": str(folder / "boards" / board),
                "MCU_DIR": str(folder / "mcu/samd51"),
            }
            frozen = manifestfile.ManifestFile(manifestfile.MODE_FREEZE, variables)
            required = []
            # micropython-lib is a submodule, which this tree may lack.
            frozen.require = lambda name, **_: required.append(name)
            frozen.execute(f'include("{ROOT}/python/manifest.py")\ninclude("{manifest}")')
            names = [file.target_path for file in frozen.files()]
            check(len(set(names)) == len(names), board, "freezes twice", names)
            ours = {
                f.target_path: Path(f.full_path) for f in frozen.files() if f.target_path in own
            }
            check(ours == own, board, "freezes", ours)
            check(required, board, "has nothing of its own")


# Our module, compiled by the real ports. -----------------------------------------------------------------------------


def objects(port, board, target, *arguments, build=None):
    """Our objects, made by the port's own makefile; where they are, and all of them."""
    build = build or WORK / board
    stamp = WORK / "stamp"
    WORK.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    run(
        *("make", "-j2", "-C", TREE / "ports" / port, "-f", "Makefile", "-f", HERE / "objects.mk"),
        *(
            f"BOARD={board}",
            f"BUILD={build}",
            f"USER_C_MODULES={ROOT}",
            f"UP_ARCHIVE={archive(target)}",
        ),
        *("FROZEN_MANIFEST=", SRC_QSTR, *arguments, "up-objects"),
    )
    written = run("find", TREE, "-newer", stamp, "-type", "f").split()
    check(not written, "written into the user's tree:", written)
    found = sorted(build.glob("micropython-bindings/**/*.o"))
    sources = sorted((ROOT / "micropython-bindings").rglob("*.c"))
    check([o.stem for o in found] == [c.stem for c in sources], "not all compiled:", found)
    return build, [*found, build / "uasyncio_priority_core.o"]


def symbols(prefix, file):
    """(address, kind, name) of what a file defines."""
    lines = run(f"{prefix}nm", file).splitlines()
    fields = [line.split() for line in lines]
    return [(int(f[0], 16), f[1], f[2]) for f in fields if len(f) == 3 and f[1] not in "aA"]


ROOTS = ("up_module", "mp_uasyncio_priority_set_flag")
ESP8266_FLASH = range(0x40209000, 0x40300000)
ESP8266_IRAM = range(0x40100000, 0x40108000)
ESP8266_DRAM = range(0x3FFE8000, 0x3FFFC000)


def esp8266_link(objs, elf):
    """Link our objects as the esp8266 port does, but for what they call."""
    run(
        *("xtensa-lx106-elf-ld", "-nostdlib", "-T", "boards/esp8266_2MiB.ld", "--gc-sections"),
        *("--unresolved-symbols=ignore-all", "-e", "up_module", f"-Map={elf.with_suffix('.map')}"),
        *(arg for root in ROOTS for arg in ("-u", root)),
        *("-o", elf, *objs),
        cwd=TREE / "ports/esp8266",
    )
    # But for what the linker script defines.
    ours = {name for obj in objs for _, _, name in symbols("xtensa-lx106-elf-", obj)}
    return [symbol for symbol in symbols("xtensa-lx106-elf-", elf) if symbol[2] in ours]


def esp8266():
    """On an ESP8266 all of our code is in flash, and what Rust reads bytes of is not."""
    build, objs = objects(
        *("esp8266", "ESP8266_GENERIC", "xtensa-lx106", f"ESP_SDK={HERE}/esp8266"),
        # MicroPython's headers define a variable in each file, as its GCC 4.8 allows without this.
        "CFLAGS_EXTRA=-fcommon",
    )
    linked = esp8266_link(objs, build / "linked.elf")
    code = [(address, name) for address, kind, name in linked if kind in "tT"]
    names = {name for _, name in code}
    check(
        {"up_core_next", "up_run", "up_atomic_begin", "up_mail_post"} <= names,
        "not linked:",
        names,
    )
    outside = [f"{name} at {address:#x}" for address, name in code if address not in ESP8266_FLASH]
    check(not outside, "code outside of flash:", outside)
    headers = run("xtensa-lx106-elf-objdump", "-h", build / "uasyncio_priority_core.o")
    check(
        ".rodata" not in headers.replace(".data.rodata", ""),
        "constants of Rust in flash:",
        headers,
    )
    text = (build / "linked.map").read_text()
    constants = re.findall(r"^ \.data\.rodata\s+(0x\w+)\s+(0x\w+) .*_core\.o", text, re.MULTILINE)
    check(all(int(address, 16) in ESP8266_DRAM for address, _ in constants), constants)
    disassembly = run(
        "xtensa-lx106-elf-objdump", "-d", build / "micropython-bindings/platform/generic.o"
    )
    check("waiti" not in disassembly, "it sleeps, and the SDK waits")
    # The check can fail: this is where code goes that nothing is done about. There is no room for all of ours.
    plain = []
    for obj in objs:
        plain.append(obj)
        if obj.stem in ("uasyncio_priority_core", "run_loop"):
            plain[-1] = build / f"plain-{obj.name}"
            run(
                "xtensa-lx106-elf-objcopy", "--rename-section", ".irom0.text=.text", obj, plain[-1]
            )
    linked = esp8266_link(plain, build / "plain.elf")
    address = {name: address for address, _, name in linked}
    check(address["up_core_next"] in ESP8266_IRAM and address["up_run"] in ESP8266_IRAM, "moved")


def pyboard(board):
    """On a Pyboard it compiles, fits the linker script, and waits for interrupts."""
    series = "F4" if board.startswith("PYBV") else "F7"
    frozen = ()
    if board == "PYBD_SF2":
        write(WORK / "mpy-lib/README.md", "")
        frozen = (
            f"FROZEN_MANIFEST={ROOT}/python/manifest.py",
            f"MICROPY_MPYCROSS={MPY_CROSS}",
            f"MICROPY_MPYCROSS_DEPENDENCY={MPY_CROSS}",
            f"MPY_LIB_DIR={WORK}/mpy-lib",
            f"{WORK}/PYBD_SF2/frozen_content.o",
        )
    build, objs = objects(
        "stm32",
        board,
        "thumbv7em-none-eabihf",
        f"STM32LIB_DIR={HERE}/stm32",
        f"TEST_SERIES={series}",
        *frozen,
    )
    scripts = run(
        *("ports/ask-port.sh", TREE, "stm32", board, "addprefix -T,$(LD_FILES)"),
        USER_C_MODULES=ROOT,
        UP_ARCHIVE=archive("thumbv7em-none-eabihf"),
    ).split()
    cpu = run("ports/ask-port.sh", TREE, "stm32", board, "CFLAGS_MCU_$(MCU_SERIES)").split()
    elf = build / "linked.elf"
    roots = ROOTS
    if board == "PYBD_SF2":
        objs.append(build / "frozen_content.o")
        roots += ("mp_frozen_mpy_content",)
    run(
        *("arm-none-eabi-gcc", *cpu, "-nostdlib", "-Lboards", "-Lboards/common_isr_rom", *scripts),
        *(
            "-Wl,--gc-sections",
            "-Wl,--unresolved-symbols=ignore-all",
            "-Wl,--defsym=_estack_reserve=8",
        ),
        *("-Wl,--entry=up_module", *(f"-Wl,-u,{root}" for root in roots), "-o", elf, *objs),
        cwd=TREE / "ports/stm32",
    )
    linked = symbols("arm-none-eabi-", elf)
    check({"up_core_next", "up_run"} <= {name for _, _, name in linked}, "not linked")
    sections = run("arm-none-eabi-objdump", "-h", elf)
    kept = set(re.findall(r"^ +\d+ (\.(?!debug|comment|ARM\.attr)\S+)", sections, re.MULTILINE))
    check(".text" in kept and not {s for s in kept if s.startswith(".ARM")}, "sections:", kept)
    wait = run("arm-none-eabi-objdump", "-d", build / "micropython-bindings/platform/wfi.o")
    check(re.search(r"\bcpsid\s+i\b.*\bdsb\b.*\bwfi\b.*\bmsr\s+PRIMASK", wait, re.DOTALL), wait)


def pybv11():
    """PYBV11's module."""
    pyboard("PYBV11")


def pybd_sf2():
    """PYBD_SF2's module. Frozen Python is in the external flash, and is part of what is flashed there."""
    pyboard("PYBD_SF2")
    build = WORK / "PYBD_SF2"
    places = {name: at for at, _, name in symbols("arm-none-eabi-", build / "linked.elf")}
    check(
        places["mp_frozen_mpy_content"] in range(0x90000000, 0x90100000), "frozen Python", places
    )
    check(places["up_run"] in range(0x08008000, 0x08080000), "up_run", places)
    # As the port cuts the image: two files, by the names of sections.
    sections = run(
        *("ports/ask-port.sh", TREE, "stm32", "PYBD_SF2", "addprefix -j,$(TEXT1_SECTIONS)"),
        USER_C_MODULES=ROOT,
        UP_ARCHIVE=archive("thumbv7em-none-eabihf"),
    ).split()
    run(
        *("arm-none-eabi-objcopy", "-O", "binary", *sections, "linked.elf", "firmware1.bin"),
        cwd=build,
    )
    external = [at - 0x90000000 for at in places.values() if at in range(0x90000000, 0x90100000)]
    image = (build / "firmware1.bin").stat().st_size
    check(10000 < max(external) < image, "frozen to", max(external), "in an image of", image)


def pybd_sf6():
    """PYBD_SF6's module, with double floats."""
    pyboard("PYBD_SF6")


# A board of each other port, with the core that it has.
OTHERS = (
    ("samd", "ADAFRUIT_ITSYBITSY_M4_EXPRESS", "thumbv7em-none-eabihf"),
    ("nrf", "PCA10056", "thumbv7em-none-eabihf"),
    ("mimxrt", "OLIMEX_RT1010", "thumbv7em-none-eabi"),
    ("renesas-ra", "VK_RA6M5", "thumbv8m.main-none-eabihf"),
)


def others():
    """The other ports' makefiles link our objects and freeze our Python; our C compiles as strictly as each of them wants it."""
    strict = set()
    for port, board, target in OTHERS:
        env = {"USER_C_MODULES": ROOT, "UP_ARCHIVE": archive(target), "MPY_LIB_DIR": WORK}
        write(WORK / "README.md", "")
        linked = run("ports/ask-port.sh", TREE, port, board, "OBJ", **env).split()
        ours = [Path(file).stem for file in linked if "/micropython-bindings/" in file]
        sources = [file.stem for file in (ROOT / "micropython-bindings").rglob("*.c")]
        check(sorted(ours) == sorted(sources), port, "links", ours)
        check(any(file.endswith("/uasyncio_priority_core.o") for file in linked), port, linked)
        # What micropython.mk makes one object of the core with.
        tools = [
            run("ports/ask-port.sh", TREE, port, board, tool).strip() for tool in ("LD", "OBJCOPY")
        ]
        check(tools == ["arm-none-eabi-ld", "arm-none-eabi-objcopy"], port, tools)
        flags = run("ports/ask-port.sh", TREE, port, board, "filter -W%,$(CFLAGS)").split()
        strict.update(flag for flag in flags if not flag.startswith("-Wl,"))
    check("-Wfloat-conversion" in strict and "-Werror" in strict, strict)
    objects(
        *("stm32", "PYBV11", "thumbv7em-none-eabihf"),
        *(f"STM32LIB_DIR={HERE}/stm32", "TEST_SERIES=F4"),
        f"CFLAGS_EXTRA=-std=c99 {' '.join(sorted(strict))}",
        build=WORK / "others/strict",
    )


def cmake_build():
    """CMake builds MicroPython with our module as in the esp32 port, and it runs."""
    build = WORK / "cmake"
    lib = WORK / "mpy-lib"
    write(lib / "README.md", "")
    check(MPY_CROSS.exists(), "there is no", MPY_CROSS)
    env = {
        "MICROPY_MPYCROSS": MPY_CROSS,
        "UP_ARCHIVE": ROOT / "build/cargo/release/libuasyncio_priority.a",
    }
    arguments = (
        f"-DMICROPY_DIR={TREE}",
        f"-DUSER_C_MODULES={ROOT}/micropython-bindings/micropython.cmake",
        f"-DMICROPY_FROZEN_MANIFEST={ROOT}/tests/cmake/manifest.py",
        f"-DMICROPY_LIB_DIR={lib}",
        "-DESP_PLATFORM=1",
    )
    said = run("cmake", "-S", ROOT / "tests/cmake", "-B", build, *arguments, **env)
    check("Found User C Module(s): usermod_uasyncio_priority" in said, said)
    run("cmake", "--build", build, "-j2", **env)
    said = run(build / "firmware")
    check(said == "normal low\n", said)
    # MicroPython itself is compiled with the port's config.h: the scheduler calls our hook.
    (scheduler,) = build.glob("CMakeFiles/main.dir/**/scheduler.c.o")
    check("U mp_uasyncio_priority_wake" in run("nm", scheduler), "config.h did not get there")
    # Two copies of our objects are made, and the executable's is linked. It is the library's to the byte.
    linked_map = (build / "firmware.map").read_text()
    for source in sorted((ROOT / "micropython-bindings").glob("**/*.c")):
        (own,) = build.glob(f"CMakeFiles/firmware.dir/**/{source.name}.o")
        (library,) = build.glob(f"CMakeFiles/main.dir/**/{source.name}.o")
        check(str(own.relative_to(build)) in linked_map, own, "is not linked")
        code = [
            run("objdump", "-dr", "--no-show-raw-insn", o).partition("\n\n")[2]
            for o in (own, library)
        ]
        check(code[0] == code[1], source.name, "is compiled otherwise for the executable")
    (own,) = build.glob("CMakeFiles/firmware.dir/**/freertos.c.o")
    check("U ulTaskNotifyTake" in run("nm", own), "the linked wait is not FreeRTOS's")
    # The core comes behind what needs it, and what it needs is in.
    link = (build / "CMakeFiles/firmware.dir/link.txt").read_text()
    check(link.index("libmain.a") < link.index("libuasyncio_priority.a"), link)
    check("-Wl,--undefined=up_panic" in link, link)
    said = run(
        "cmake", "-S", ROOT / "tests/cmake", "-B", fresh(WORK / "none"), *arguments, status=1
    )
    check("UP_ARCHIVE must name the Rust archive" in said, said)
    # What is to be left out is told by the environment, as make does, or by -D.
    switch = "MICROPY_UASYNCIO_PRIORITY_"
    less = fresh(WORK / "less")
    run(
        *("cmake", "-S", ROOT / "tests/cmake", "-B", less, *arguments, f"-D{switch}CPYTHON=0"),
        **env,
        **{f"{switch}V2": "0", f"{switch}DIAGNOSTICS": "0"},
    )
    flags = (less / "CMakeFiles/main.dir/flags.make").read_text()
    for left_out in ("V2", "CPYTHON", "DIAGNOSTICS"):
        check(f"-D{switch}{left_out}=0" in flags, left_out, flags)


def wait(name, waits, *flags):
    """Compile an idle wait with the made-up machine of tests/waits, and run it."""
    (WORK / "cmake/genhdr/root_pointers.h").exists() or cmake_build()
    elf = WORK / f"wait-{name}"
    run(
        *("gcc", "-std=gnu99", "-O1", "-Wall", "-Werror", "-fsanitize=undefined", *flags),
        *(f"-I{HERE}/esp32/include", f"-I{ROOT}/micropython-bindings", f"-I{ROOT}/tests/cmake"),
        *(f"-I{TREE}", f"-I{WORK}/cmake", "-DMICROPY_MODULE_BUILTIN_SUBPACKAGES=1"),
        f'-DIDLE_WAIT="{ROOT}/micropython-bindings/platform/{name}.c"',
        *(ROOT / f"tests/waits/{name}.c", "-o", elf),
    )
    said = run(elf)
    check(said == f"{waits} waits, 0 wrong\n", said)


def freertos_wait():
    """FreeRTOS's idle wait ends when it must, whatever happens at whichever instant, under a made-up kernel."""
    wait("freertos", 10176, "-DESP_PLATFORM", "-include", ROOT / "ports/esp32/config.h")


def generic_wait():
    """The wait of a port that has no tick does not sleep where mail has come or a callback ran."""
    wait("generic", 72, "-U__unix__", "-DUP_GENERIC_PORT")


def esp32_make():
    """The esp32 port's makefile hands on what we give it, to idf.py and by the environment to CMake."""
    tools = fresh(WORK / "idf")
    recorded = WORK / "idf-given"
    recorder = f"#!/bin/sh\nprintf '%s\\n' \"$@\" UP_ARCHIVE=$UP_ARCHIVE MICROPY_MPYCROSS=$MICROPY_MPYCROSS >{recorded}\n"
    write(tools / "idf.py", recorder + "exit 1\n", 0o755)
    arguments = {
        "BOARD": "ESP32_GENERIC_S3",
        "BUILD": WORK / "ESP32_GENERIC_S3",
        "USER_C_MODULES": ROOT / "micropython-bindings/micropython.cmake",
        "UP_ARCHIVE": "/archive",
        "FROZEN_MANIFEST": ROOT / "python/manifest.py",
        "MICROPY_MPYCROSS": MPY_CROSS,
    }
    given = (f"{key}={value}" for key, value in arguments.items())
    run("make", "-C", TREE / "ports/esp32", *given, status=2, PATH=f"{tools}:{os.environ['PATH']}")
    said = recorded.read_text()
    for want in (
        "MICROPY_BOARD=ESP32_GENERIC_S3",
        f"-DUSER_C_MODULES={arguments['USER_C_MODULES']}",
        f"MICROPY_FROZEN_MANIFEST={arguments['FROZEN_MANIFEST']}",
        f"-B\n{arguments['BUILD']}",
        "UP_ARCHIVE=/archive",
        f"MICROPY_MPYCROSS={MPY_CROSS}",
    ):
        check(f"\n{want}\n" in f"\n{said}", want, "is not in", said)


def rp2_make():
    """The rp2 port's makefile hands on to CMake what the verb gives it, beside what it says itself."""
    tools = fresh(WORK / "cmake-tools")
    recorded = WORK / "cmake-given"
    write(tools / "cmake", f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{recorded}\nexit 1\n", 0o755)
    tree = fresh(WORK / "rp2-tree")
    for name in ("py", "tools"):
        (tree / name).symlink_to(TREE / name)
    shutil.copytree(TREE / "ports/rp2", tree / "ports/rp2")
    for submodule in SUBMODULES["rp2"]:
        write(tree / submodule / "README.md", "")
    write(tree / "mpy-cross/Makefile", "all:\n\tmkdir -p $(BUILD) && touch $(BUILD)/mpy-cross\n")
    path = made_up_tools()
    path["PATH"] = f"{tools}:{path['PATH']}"
    run(
        "make",
        "pico",
        f"MPY_DIR={tree}",
        "BOARD=RPI_PICO2",
        cwd=our_clone(),
        status=2,
        CMAKE_ARGS="-DOF_THE_USER=1",
        **path,
    )
    said = recorded.read_text()
    for want in (
        "-DOF_THE_USER=1",
        "-DMICROPY_BOARD=RPI_PICO2",
        f"-DUSER_C_MODULES={WORK}/clone/micropython-bindings/micropython.cmake",
        f"-DMICROPY_FROZEN_MANIFEST={WORK}/clone/build/pico/RPI_PICO2/manifest.py",
    ):
        check(f"\n{want}\n" in f"\n{said}", want, "is not in", said)


def esp32_c3():
    """An ESP32-C3's C compiles as ESP-IDF does it; only the core calls for the shim's atomics."""
    genhdr = WORK / "cmake"
    check((genhdr / "genhdr/qstrdefs.generated.h").exists(), "CMake made no names")
    build = fresh(WORK / "ESP32_GENERIC_C3")
    port = TREE / "ports/esp32"
    for source in sorted((ROOT / "micropython-bindings").rglob("*.c")):
        run(
            *(
                "riscv64-unknown-elf-gcc",
                "-march=rv32imc",
                "-mabi=ilp32",
                "--specs=picolibc.specs",
            ),
            *("-Os", "-std=gnu17", "-Wall", "-Wextra", "-Werror=all", "-Wno-unused-parameter"),
            *("-Wno-sign-compare", "-Wno-enum-conversion", "-Wno-missing-field-initializers"),
            *(
                "-DESP_PLATFORM",
                "-DCONFIG_IDF_TARGET_ESP32C3=1",
                "-DCONFIG_IDF_TARGET_ARCH_RISCV=1",
                "-DMICROPY_MODULE_BUILTIN_SUBPACKAGES=1",  # micropython.cmake
            ),
            *("-include", ROOT / "ports/esp32/config.h", f"-I{HERE}/esp32/include"),
            *(f"-I{TREE}", f"-I{port}", f"-I{genhdr}"),
            *(f"-I{port}/boards/ESP32_GENERIC_C3", "-c", source, "-o", build / f"{source.stem}.o"),
        )
    core = archive("riscv32imc-unknown-none-elf")
    run(
        *(
            "riscv64-unknown-elf-ld",
            "-m",
            "elf32lriscv",
            "--unresolved-symbols=ignore-all",
            "-e",
            "up_module",
        ),
        *("--gc-sections", "-o", build / "linked.elf", *build.glob("*.o"), core),
    )
    names = {name for _, _, name in symbols("riscv64-unknown-elf-", build / "linked.elf")}
    check({"up_core_next", "up_run", "up_atomic_begin"} <= names, "not linked:", names)
    needs = run("riscv64-unknown-elf-nm", "-u", build / "freertos.o")
    for function in (
        "ulTaskNotifyTake",
        "xTaskNotifyGive",
        "vTaskNotifyGiveFromISR",
        "xSemaphoreTake",
        "xSemaphoreGive",
        "xSemaphoreGiveFromISR",
        "xPortInIsrContext",
    ):
        check(f"U {function}" in needs, needs)


TESTS = (
    nothing_missing,
    each_missing,
    wrong_sdk,
    fetched_tree,
    verbs,
    targets,
    refused,
    little_flash,
    manifests,
    esp8266,
    pybv11,
    pybd_sf2,
    pybd_sf6,
    others,
    cmake_build,
    freertos_wait,
    generic_wait,
    esp32_make,
    rp2_make,
    esp32_c3,
)


def main():
    """Run all, print the count, return the exit status."""
    # What another tree made goes.
    run("ports/check-tree.sh", TREE, "build/recipes.stamp", "build/recipes")
    chosen = [test for test in TESTS if test.__name__ in sys.argv[2:] or not sys.argv[2:]]
    failed = 0
    for test in chosen:
        try:
            test()
            print(f"pass {test.__name__}", flush=True)
        except (Failed, subprocess.TimeoutExpired) as er:
            failed += 1
            print(f"fail {test.__name__}: {er}", flush=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
