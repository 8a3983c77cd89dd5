#!/bin/sh
# Is this a MicroPython tree that we build with? check-tree.sh TREE STAMP DIR...
#
# STAMP remembers which tree, which version and which build settings the objects in the DIRs come from.
# Where that has changed they are removed: make alone would mix the objects of two trees.
set -eu

tree=$1 stamp=$2
shift 2
header=$tree/py/mpconfig.h
[ -f "$header" ] || { echo "$tree is no MicroPython source tree: it has no py/mpconfig.h" >&2 && exit 1; }

part() { sed -n "s/^#define MICROPY_VERSION_$1 *(*\([0-9]*\))*.*/\1/p" "$header"; }
major=$(part MAJOR) minor=$(part MINOR) micro=$(part MICRO)
if [ "${major:-0}" -lt 1 ] || { [ "$major" = 1 ] && [ "${minor:-0}" -lt 25 ]; }; then
    echo "$tree is MicroPython ${major:-?}.${minor:-?}.${micro:-?}; 1.25 or later is needed" >&2
    exit 1
fi

# A make fragment is no dependency of the objects that it shapes, nor is a submodule that comes later.
tls=$([ ! -e "$tree/lib/mbedtls/library/ssl_tls.c" ] || echo " with TLS")
now="$tree v$major.$minor.$micro$tls $(cat ports/*/*.mk micropython-bindings/*.mk 2>/dev/null | cksum)"
if [ "$now" != "$(cat "$stamp" 2>/dev/null)" ]; then
    rm -rf "$@"
    mkdir -p "$(dirname "$stamp")"
    echo "$now" >"$stamp"
fi
echo "v$major.$minor.$micro"
