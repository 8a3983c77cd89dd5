# QEMU's sim machine with an lx106, the ESP8266's core.
CROSS_COMPILE ?= xtensa-lx106-elf-
ARCH = -mlongcalls -mtext-section-literals
MPY_CROSS_FLAGS += -march=xtensa
SRC_BOARD = lx106/start.S lx106/hal.c lx106/host_simcall.c
# Debian's libgcc counts on the ESP8266's ROM for division and soft float: the Rust archive has them too.
LIBS_BOARD = $(UP_ARCHIVE)
