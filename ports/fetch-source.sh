#!/bin/sh
# Fetch the source of a package as Debian packages it, or some paths of it: fetch-source.sh PACKAGE DIR [SUITE [PATH...]]
#
# bookworm has no micropython. trixie, which is the default, has micropython 1.25.0 and mbedtls 3.6; sid has later ones.
# DIR appears only once it is complete; if it is there, nothing is done. DIR.apt is where apt works (debian.sh).
set -eu

package=$1 dir=$2 suite=${3:-trixie}

die() {
    echo "fetch-source: $package: $*" >&2
    [ "$package" != micropython ] ||
        echo "Or give the build a MicroPython tree of your own, 1.25 or later: make ... MPY_DIR=/path/to/micropython" >&2
    exit 1
}
# shellcheck source=ports/debian.sh
. "$(dirname "$0")/debian.sh"

[ $# -lt 3 ] || shift
shift 2

[ ! -d "$dir" ] || exit 0

open_suite "$dir.apt" "$suite"
fetch_source "$package" "$apt/tree" "$@"
rm -rf "$dir"
mv "$apt/tree" "$dir"
rm -rf "$apt"
