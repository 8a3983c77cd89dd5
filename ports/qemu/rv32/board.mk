# QEMU's virt machine with a 32-bit RISC-V: the instructions of an ESP32-C3 or C6.
QEMU = qemu-system-riscv32 -machine virt -m 64M -bios none
# About 125 million instructions a second.
SHIFT = 3
RUST_TARGET = riscv32imac-unknown-none-elf

CROSS_COMPILE ?= riscv64-unknown-elf-
# This GCC has no libgcc for _zicsr: the name that it is asked for has none.
ARCH = -march=rv32imac_zicsr -mabi=ilp32
LIBGCC = $(shell $(CC) -march=rv32imac -mabi=ilp32 -print-libgcc-file-name)
UP_LD_EMUL = -m elf32lriscv
MPY_CROSS_FLAGS += -march=rv32imc
SRC_BOARD = rv32/start.S rv32/hal.c host_semihosting.c shared/runtime/gchelper_rv32i.s
# Debian's GCC comes without a C library; only its headers are used.
CFLAGS += --specs=$(shell $(CC) --print-file-name=picolibc.specs)
LDFLAGS_BOARD = -Wl,-m,elf32lriscv
