# QEMU's sim machine with an lx106, the ESP8266's core.
QEMU = qemu-system-xtensa -machine sim -cpu lx106 -m 16M
# 125 million instructions a second: an ESP8266 at 160 MHz, if it had no wait states.
SHIFT = 3
RUST_TARGET = xtensa-lx106

CROSS_COMPILE ?= xtensa-lx106-elf-
ARCH = -mlongcalls -mtext-section-literals
MPY_CROSS_FLAGS += -march=xtensa
SRC_BOARD = lx106/start.S sim/hal.c sim/host_simcall.c
# Division and soft float: Debian's libgcc leaves them to the ESP8266's ROM. Its own part is as good, and goes first.
LIBS_BOARD = $(LIBGCC) $(dir $(UP_ARCHIVE))libcompiler_builtins.a
