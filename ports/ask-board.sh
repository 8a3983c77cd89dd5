#!/bin/sh
# What a firmware with our loop in it needs to know of a board of MicroPython's: ask-board.sh TREE PORT BOARD target|manifest
#
# target is the name of the Rust core for the board's processor, as build-core.sh has it: the flags that the port itself gives its
# compiler decide, or with CMake the chip that the board's definition names. manifest is the file that says what the board
# freezes by itself, nothing where it freezes nothing. Where there is no answer, a sentence says why.
#
# BOARD_DIR, the folder of a board of the user's own, and BOARD_VARIANT are taken from the environment.
set -u
cd "$(dirname "$0")/.." || exit 1

tree=$1 port=$2 board=$3 what=$4
board_dir=${BOARD_DIR:-$tree/ports/$port/boards/$board}
none() {
    echo "$*" >&2
    exit 1
}

# cmake_value NAME: what the board's CMake files set that to, the variant's last; nothing if none does.
cmake_value() {
    variant=mpconfigvariant${BOARD_VARIANT:+_$BOARD_VARIANT}.cmake
    cat "$board_dir/mpconfigboard.cmake" "$board_dir/$variant" 2>/dev/null |
        sed -n "s/^ *set($1  *\"\{0,1\}\([^\") ]*\).*/\1/p" | tail -n 1
}

# of_flags FLAG...: the target of these flags of a GCC's.
of_flags() {
    cpu='' floats='' isa='' abi=''
    for flag in "$@"; do
        case $flag in
            -mcpu=*) cpu=${flag#*=} ;;
            -march=*) isa=${flag#*=} ;;
            -mabi=*) abi=${flag#*=} ;;
            # Floats in registers of their own. The core has none, but the linker keeps the two calling conventions apart.
            -mfloat-abi=hard) floats=hf ;;
            -mfloat-abi=*) floats='' ;;
        esac
    done
    # An extension may be named behind the processor, and is of no use to the core.
    case ${cpu:-$isa} in
        cortex-m0* | cortex-m1 | cortex-m1.* | armv6-m* | armv6s-m*) echo thumbv6m-none-eabi ;;
        cortex-m3 | armv7-m*) echo thumbv7m-none-eabi ;;
        cortex-m4* | cortex-m7* | armv7e-m*) echo "thumbv7em-none-eabi$floats" ;;
        cortex-m33* | cortex-m35p* | cortex-m5[25]* | cortex-m85* | armv8-m.main* | armv8.1-m.main*)
            echo "thumbv8m.main-none-eabi$floats"
            ;;
        rv32*)
            case $abi/$isa in
                ilp32/rv32imac* | ilp32/rv32imafc* | ilp32/rv32imafdc*) echo riscv32imac-unknown-none-elf ;;
                ilp32/rv32imc*) echo riscv32imc-unknown-none-elf ;;
                *) none "There is no Rust core for $board: its processor is $isa with the ABI $abi, and a core is there for rv32imc and rv32imac with ilp32" ;;
            esac
            ;;
        '') none "There is no Rust core for $board: the flags of ports/$port/Makefile for it (CFLAGS) name no processor by -mcpu or -march" ;;
        *) none "There is no Rust core for $board: its processor is ${cpu:-$isa}. docs/porting.md says how to add a target to ports/build-core.sh" ;;
    esac
}

target() {
    case $port in
        esp8266) echo xtensa-lx106 ;; # the one chip of this port
        esp32)
            chip=$(cmake_value IDF_TARGET)
            case ${chip:=esp32} in
                esp32 | esp32s2 | esp32s3) echo "xtensa-$chip" ;;
                esp32c2 | esp32c3) echo riscv32imc-unknown-none-elf ;;
                esp32c5 | esp32c6 | esp32c61 | esp32h2) echo riscv32imac-unknown-none-elf ;;
                *) none "There is no Rust core for $board: its chip is $chip. docs/porting.md says how to add a target to ports/build-core.sh" ;;
            esac
            ;;
        rp2)
            chip=$(cmake_value PICO_PLATFORM)
            case ${chip:-rp2040} in
                rp2040) echo thumbv6m-none-eabi ;;
                rp2350 | rp2350-arm-s) echo thumbv8m.main-none-eabi ;;
                rp2350-riscv) echo riscv32imac-unknown-none-elf ;;
                *) none "There is no Rust core for $board: its chip is $chip. docs/porting.md says how to add a target to ports/build-core.sh" ;;
            esac
            ;;
        *)
            # shellcheck disable=SC2016 # make expands it
            flags=$(ports/ask-port.sh "$tree" "$port" "$board" 'filter -mcpu=% -march=% -mabi=% -mfloat-abi=% -msoft-float,$(CFLAGS)') ||
                none "The makefile of MicroPython's port $port has no answer for $board; what it says is above"
            # shellcheck disable=SC2086 # words
            of_flags $flags
            ;;
    esac
}

manifest() {
    case $port in
        esp32 | rp2)
            file=$(cmake_value MICROPY_FROZEN_MANIFEST)
            # shellcheck disable=SC2016 # CMake's
            file=$(echo "${file:-$tree/ports/$port/boards/manifest.py}" |
                sed 's,\${MICROPY_BOARD_DIR},'"$board_dir,; s,\\\${MICROPY_PORT_DIR},$tree/ports/$port,")
            ;;
        *)
            grep -qs FROZEN_MANIFEST "$tree/ports/$port/Makefile" "$tree/ports/$port"/*.mk ||
                none "MicroPython's port $port freezes no Python: its makefile has no FROZEN_MANIFEST, which part of ours is to go into"
            # shellcheck disable=SC2016 # make expands it
            file=$(ports/ask-port.sh "$tree" "$port" "$board" 'abspath $(FROZEN_MANIFEST)') ||
                none "The makefile of MicroPython's port $port has no answer for $board; what it says is above"
            ;;
    esac
    [ -z "$file" ] || [ -e "$file" ] || none "What $board freezes by itself is to be in $file, which is not there"
    echo "$file"
}

case $what in
    target | manifest) "$what" ;;
    *) none "usage: ports/ask-board.sh TREE PORT BOARD target|manifest" ;;
esac
