HAL = $(BOARD_DIR)/../../../../ports/qemu/rv32
include $(BOARD_DIR)/../common.mk
# Debian's GCC has no C library for 32 bits, and libgcc only by another name.
LDFLAGS += -nostdlib -Wl,-m,elf32lriscv
LIBS += $(shell $(CROSS_COMPILE)gcc -march=rv32imac -mabi=ilp32 -print-libgcc-file-name)
