#!/bin/sh
# What a port's makefile has in a variable for a board: ask-port.sh TREE PORT BOARD VARIABLE
#
# BOARD_VARIANT is taken from the environment. The makefile is read only: what it makes while it is read goes to
# build/ask. Without the port's compiler it complains about that, which is not the question here.
set -u
cd "$(dirname "$0")/.." || exit 1
[ -z "${BOARD_DIR:-}" ] || set -- "$1" "$2" "$3" "$4" BOARD_DIR="$BOARD_DIR"
unset FROZEN_MANIFEST # our make's, for what the user freezes; the question may be about the port's
MAKEFLAGS='' make -s --no-print-directory -C "$1/ports/$2" BOARD="$3" BUILD="$PWD/build/ask" ${5:+"$5"} \
    --eval="up-ask:;@echo '\$($4)'" up-ask 2>/dev/null | tail -n 1
