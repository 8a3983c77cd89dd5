#!/bin/sh
# Fetch MicroPython's source as Debian packages it: fetch-micropython.sh DIR [SUITE]
#
# bookworm has no micropython. trixie, which is the default, has 1.25.0; sid has 1.26.1 or a later one. DIR appears only
# once it is complete; DIR.apt is where apt works (debian.sh).
set -eu

die() {
    echo "fetch-micropython: $*" >&2
    echo "Or give the build a MicroPython tree of your own, 1.25 or later: make ... MPY_DIR=/path/to/micropython" >&2
    exit 1
}
# shellcheck source=ports/debian.sh
. "$(dirname "$0")/debian.sh"

dir=$1 suite=${2:-trixie}
[ ! -e "$dir/py/mpconfig.h" ] || exit 0

open_suite "$dir.apt" "$suite"
fetch_source micropython "$apt/tree"
rm -rf "$dir"
mv "$apt/tree" "$dir"
rm -rf "$apt"
