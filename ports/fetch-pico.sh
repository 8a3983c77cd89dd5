#!/bin/sh
# A MicroPython tree that a Pico's firmware can be built of, from Debian's packages alone: fetch-pico.sh DIR TREE
#
# TREE is a MicroPython tree without submodules, of 1.25: trixie has the Pico SDK 2.1.1 which that is made for. DIR is a copy
# with what Debian has of the submodules that RPI_PICO and RPI_PICO2 need. Of micropython-lib it has nothing: the modules that
# the rp2 port takes from there to freeze are empty. A board with Wi-Fi needs cyw43-driver and btstack, which
# Debian has not either. DIR appears only once it is complete.
set -eu

die() {
    echo "fetch-pico: $*" >&2
    echo "Or build of a clone of MicroPython with its submodules: ports/rp2/README.md" >&2
    exit 1
}
# shellcheck source=ports/debian.sh
. "$(dirname "$0")/debian.sh"

dir=$1 tree=$2
[ ! -e "$dir/py/mpconfig.h" ] || exit 0
[ -e "$tree/py/mpconfig.h" ] || die "there is no MicroPython in $tree."

open_suite "$dir.apt" trixie
fetch_package pico-sdk-source "$apt/packages"
fetch_package tinyusb-source "$apt/packages"
mkdir "$apt/tree"
cp -a "$tree/." "$apt/tree"
lib=$apt/tree/lib
rm -rf "$lib/pico-sdk" "$lib/tinyusb" "$lib/mbedtls" "$lib/micropython-lib"
mv "$apt/packages/usr/src/pico-sdk" "$apt/packages/usr/src/tinyusb" "$lib"
fetch_source mbedtls "$lib/mbedtls"
# What the port looks for to see that the submodules are there.
touch "$lib/pico-sdk/README.md"
mkdir "$lib/micropython-lib" && touch "$lib/micropython-lib/README.md"
for module in $(sed -n 's/^require("\(.*\)")$/\1/p' "$tree/ports/rp2/boards/manifest.py"); do
    mkdir -p "$lib/micropython-lib/micropython/$module"
    touch "$lib/micropython-lib/micropython/$module/manifest.py"
done
rm -rf "$dir"
mv "$apt/tree" "$dir"
rm -rf "$apt"
