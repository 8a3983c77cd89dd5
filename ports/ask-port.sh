#!/bin/sh
# What a port's makefile has in a variable for a board: ask-port.sh TREE PORT BOARD VARIABLE
#
# BOARD_VARIANT is taken from the environment. The makefile is read only: what it makes while it is read goes to
# build/ask. Without the port's compiler it complains about that, which is not the question here. Where the makefile gives up
# there is no answer, and what it says last is said.
set -u
cd "$(dirname "$0")/.." || exit 1
[ -z "${BOARD_DIR:-}" ] || set -- "$1" "$2" "$3" "$4" BOARD_DIR="$BOARD_DIR"
# Our make's: what the user freezes, and the port's name, which is a serial device's in some ports' makefiles.
unset FROZEN_MANIFEST PORT
# A line of its own kind, for makefiles print others.
said=$(MAKEFLAGS='' make -s --no-print-directory -C "$1/ports/$2" BOARD="$3" BUILD="$PWD/build/ask" ${5:+"$5"} \
    --eval="up-ask:;@echo 'up-ask: \$($4)'" up-ask 2>&1) || {
    echo "$said" | sed -n '/\*\*\*/,$p' | tail -n 20 >&2
    exit 1
}
echo "$said" | sed -n 's/^up-ask: *//p'
