#!/bin/sh
# What a port's makefile has in a variable for a board: ask-port.sh TREE PORT BOARD VARIABLE
#
# BOARD_VARIANT is taken from the environment. The makefile is read only: what it makes while it is read goes to
# build/ask. Without the port's compiler it complains about that, which is not the question here.
set -u
cd "$(dirname "$0")/.." || exit 1
MAKEFLAGS='' make -s --no-print-directory -C "$1/ports/$2" BOARD="$3" BUILD="$PWD/build/ask" \
    --eval="up-ask:;@echo '\$($4)'" up-ask 2>/dev/null | tail -n 1
