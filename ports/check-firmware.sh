#!/bin/sh
# Is everything there that a board's firmware is built from? check-firmware.sh PORT BOARD TREE [VERB]
#
# TREE is the user's own MicroPython, whole; VERB what was asked for, `firmware PORT=...` if not said. Says all that is missing,
# and how to get each. (The Rust toolchain is checked by build-core.sh, right after this, and this machine's own by setup.sh.)
set -u
cd "$(dirname "$0")/.." || exit 1

port=$1 board=$2 tree=$3 verb=${4:-firmware PORT=$1 BOARD=$2}
status=0
missing() { # missing WHAT HOW...: each HOW is a line
    echo "Missing: $1"
    shift
    printf '    %s\n' "$@"
    status=1
} >&2
refuse() {
    echo "$*" >&2
    exit 1
}

case $port in
    '') refuse "make firmware needs PORT=..., a folder of MicroPython's ports/, and BOARD=..., one of that port's boards" ;;
    unix) refuse "make unix builds MicroPython's port unix" ;;
    # What they are built with takes no modules of a user's, or not as the others do.
    bare-arm | embed | minimal | pic16bit | powerpc | qemu | webassembly | windows | zephyr)
        refuse "make firmware is for ports with boards, and MicroPython's ports/$port is none that our loop can be built into"
        ;;
esac
if [ -n "$tree" ] && [ -e "$tree/py/mpconfig.h" ]; then
    [ -d "$tree/ports/$port" ] || refuse "MicroPython in $tree has no port $port. There are:" "$(ls "$tree/ports" | tr '\n' ' ')"
    [ -n "$board" ] || refuse "make firmware PORT=$port needs BOARD=..., one of:" "$(ls "$tree/ports/$port/boards" 2>/dev/null | tr '\n' ' ')"
    # A folder of the tree's beside the boards is none.
    [ -n "${BOARD_DIR:-}" ] || ls "$tree/ports/$port/boards/$board"/mpconfigboard.* >/dev/null 2>&1 ||
        refuse "MicroPython's port $port has no board $board. BOARD is one of:" \
            "$(cd "$tree/ports/$port/boards" 2>/dev/null && printf '%s ' */ | tr -d /); or BOARD_DIR is the folder of one of your own"
fi
board_dir=${BOARD_DIR:-$tree/ports/$port/boards/$board}

# Variants of the ESP8266's board with little flash. The figures: ports/esp8266/README.md.
if [ "$port" = esp8266 ] && [ -z "${BOARD_DIR:-}" ]; then
    case ${BOARD_VARIANT:-} in
        FLASH_512K) refuse "FLASH_512K has no room for our loop: without all that can be left out the firmware is 25 KB too large," \
            "40 KB with GCC 12" ;;
        FLASH_1M | OTA)
            without="MICROPY_UASYNCIO_PRIORITY_V2=0 MICROPY_UASYNCIO_PRIORITY_CPYTHON=0 MICROPY_PY_BTREE=0"
            [ "${MICROPY_UASYNCIO_PRIORITY_V2:-} ${MICROPY_UASYNCIO_PRIORITY_CPYTHON:-} ${MICROPY_PY_BTREE:-}" = "0 0 0" ] ||
                refuse "$BOARD_VARIANT has no room for all of it: the firmware is some 25 KB too large with esp-open-sdk's compiler," \
                    "40 KB with GCC 12. To leave out V2's names, CPython's (15 KB) and MicroPython's btree, and see what the linker says:" \
                    "make $verb BOARD_VARIANT=$BOARD_VARIANT $without"
            ;;
    esac
fi

# The tree. What our other commands fetch by themselves has no submodules, so it does for none of these.
own_tree="git clone -b v1.25.0 https://github.com/micropython/micropython ../micropython && make $verb MPY_DIR=../micropython"
if [ -z "$tree" ]; then
    missing "MPY_DIR: a full MicroPython source tree of your own, with its submodules" "$own_tree"
elif [ ! -e "$tree/py/mpconfig.h" ]; then
    missing "MicroPython in MPY_DIR: $tree has no py/mpconfig.h" "$own_tree"
elif [ ! -d "$board_dir" ]; then
    missing "the board $board: there is no $board_dir" "$own_tree"
else
    # What is none of the user's to get, before what is.
    for what in target manifest; do
        ports/ask-board.sh "$tree" "$port" "$board" $what >/dev/null || exit 1
    done
    if [ "$port" = esp32 ]; then # CMake's, of which no port's makefile knows
        submodules=$(sed -n 's/.*APPEND GIT_SUBMODULES \([^)]*\)).*/\1/p' \
            "$tree/ports/esp32/esp32_common.cmake" "$tree/py/mkrules.cmake")
        submodules="$submodules lib/berkeley-db-1.xx"
    elif [ "$port" = rp2 ]; then # CMake's too, some of them for some boards only
        submodules="lib/pico-sdk lib/tinyusb lib/mbedtls lib/micropython-lib"
        on() { grep -qi "^ *set($1 *\(ON\|1\|\"\{0,1\}W5\)" "$board_dir"/mpconfigboard.cmake "$board_dir"/mpconfigvariant*.cmake 2>/dev/null; }
        ! on MICROPY_PY_NETWORK_CYW43 || submodules="$submodules lib/cyw43-driver"
        ! on MICROPY_PY_LWIP || submodules="$submodules lib/lwip"
        ! on MICROPY_BLUETOOTH_BTSTACK || submodules="$submodules lib/btstack"
        ! on MICROPY_BLUETOOTH_NIMBLE || submodules="$submodules lib/mynewt-nimble"
        ! on MICROPY_PY_NETWORK_WIZNET5K || submodules="$submodules lib/wiznet5k"
    else
        # shellcheck disable=SC2016 # make expands it
        submodules=$(ports/ask-port.sh "$tree" "$port" "$board" 'sort $(GIT_SUBMODULES)') ||
            refuse "The makefile of MicroPython's port $port has no answer for $board; what it says is above"
        [ -n "$submodules" ] || missing "sense in $tree/ports/$port/Makefile: it names no submodules" "$own_tree"
    fi
    empty=
    for submodule in $submodules; do
        [ -n "$(ls -A "$tree/$submodule" 2>/dev/null)" ] || empty="$empty $submodule"
    done
    if [ -z "$empty" ]; then
        :
    elif [ -e "$tree/.git" ]; then
        missing "submodules of MicroPython, empty in $tree:$empty" "git -C $tree submodule update --init$empty"
    else
        missing "submodules of MicroPython, empty in $tree:$empty" "$own_tree" \
            "git -C /path/to/micropython submodule update --init$empty"
    fi
fi

has() { command -v "$1" >/dev/null 2>&1; }
compiles() { # compiles SOURCE COMPILER ARGUMENTS...
    source=$1
    shift
    echo "$source" | "$@" -x c -c -o /dev/null - 2>/dev/null
}

check_arm() {
    gcc=${CROSS_COMPILE:-arm-none-eabi-}gcc
    if ! has "$gcc"; then
        missing "$gcc" "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
    elif ! compiles '#include <string.h>' "$gcc" -mcpu=cortex-m4 -mthumb; then
        missing "the C library's headers for $gcc" "apt-get install libnewlib-arm-none-eabi"
    fi
}

check_esp8266() {
    toolchain="esp-open-sdk as MicroPython's ports/esp8266/README.md says: compiler and SDK in one, its bin/ in PATH"
    own="or another xtensa-lx106-elf-gcc and ESP_SYSROOT=..., the folder of that SDK's usr/ (ports/esp8266/README.md)"
    gcc=${CROSS_COMPILE:-xtensa-lx106-elf-}gcc
    if ! has "$gcc"; then
        missing "$gcc, with Espressif's SDK" "$toolchain"
    else
        # Constants are in flash, which can be read by words only.
        compiles 'int i;' "$gcc" -mforce-l32 || missing "-mforce-l32 in $gcc" "$toolchain"
        sdk=${ESP_SYSROOT:-$("$gcc" -print-sysroot)}/usr
        for file in include/user_interface.h lib/libnet80211.a; do
            [ -e "$sdk/$file" ] || missing "Espressif's SDK beside $gcc: no $sdk/$file" "$toolchain" "$own"
        done
    fi
    has esptool || has esptool.py || missing "esptool" "pip install esptool==3.3.1, in a venv (what MicroPython's own builds use)"
}

check_esp32() {
    # What this tree was made for. Its README says so in a paragraph that was worded anew more than once; all versions have
    # one in which MicroPython "supports" some. Where none is found, any will do, and the user hears of it.
    versions=$(awk 'BEGIN { RS = "" } /MicroPython/ && /supports/' "$tree/ports/esp32/README.md" 2>/dev/null |
        grep -o 'v[0-9][0-9]*\.[0-9.]*[0-9]' | sort -u | tr '\n' ' ')
    [ -n "$versions" ] || echo "Not checked: $tree/ports/esp32/README.md names no version of ESP-IDF that it supports" >&2
    idf="ESP-IDF${versions:+, one of: ${versions% }}"
    how="git clone --recursive -b VERSION https://github.com/espressif/esp-idf; in it: ./install.sh && . ./export.sh"
    if [ -z "${IDF_PATH:-}" ]; then
        missing "$idf (IDF_PATH is not set)" "$how"
        return
    elif [ ! -e "$IDF_PATH/tools/idf.py" ]; then
        missing "$idf (there is none in IDF_PATH: $IDF_PATH)" "$how"
        return
    fi
    part() { sed -n "s/^set(IDF_VERSION_$1 *\([0-9]*\)).*/\1/p" "$IDF_PATH/tools/cmake/version.cmake" 2>/dev/null; }
    version=v$(part MAJOR).$(part MINOR)
    case " $(echo "$versions" | sed 's/\(v[0-9]*\.[0-9]*\)[0-9.]*/\1/g')" in
        *" $version "* | " ") ;;
        *) missing "$idf ($IDF_PATH is $version)" "$how" ;;
    esac
    chip=$(sed -n 's/^ *set(IDF_TARGET *\([a-z0-9]*\)).*/\1/p' "$board_dir/mpconfigboard.cmake" 2>/dev/null | tail -n 1)
    case ${chip:=esp32} in
        esp32 | esp32s*) gcc=xtensa-$chip-elf-gcc ;;
        *) gcc=riscv32-esp-elf-gcc ;;
    esac
    { has idf.py && has "$gcc"; } || missing "idf.py or $gcc in PATH" "in $IDF_PATH: ./install.sh $chip && . ./export.sh"
}

check_rp2() {
    has cmake || missing "cmake" "apt-get install cmake"
    has c++ || has g++ || missing "g++, with which the Pico SDK makes its tools" "apt-get install g++"
    # The RISC-V cores of an RP2350 are a variant of the board's.
    case ${BOARD_VARIANT:-} in
        *RISCV*)
            has riscv32-unknown-elf-gcc || has riscv32-pico-elf-gcc || has riscv32-corev-elf-gcc ||
                missing "riscv32-unknown-elf-gcc" "Raspberry Pi's pico-sdk-tools have one, as its documentation of the RP2350 says"
            ;;
        *)
            if ! has arm-none-eabi-gcc; then
                missing "arm-none-eabi-gcc" "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"
            elif ! compiles '#include <string.h>' arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb; then
                missing "the C library's headers for arm-none-eabi-gcc" "apt-get install libnewlib-arm-none-eabi"
            # Another one that is to be used may be named by the user.
            elif [ -z "${CMAKE_ARGS:-}" ] && ! echo '#include <cstdlib>' |
                arm-none-eabi-g++ -mcpu=cortex-m0plus -mthumb -x c++ -E -o /dev/null - 2>/dev/null; then
                missing "the C++ library's headers for arm-none-eabi-g++" "apt-get install libstdc++-arm-none-eabi-newlib"
            fi
            ;;
    esac
}

case $port in
    rp2) check_rp2 ;;
    esp8266) check_esp8266 ;;
    esp32) check_esp32 ;;
    *) check_arm ;;
esac
exit $status
