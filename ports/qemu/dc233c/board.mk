# QEMU's sim machine with a dc233c: register windows and their ABI, which are an ESP32's.
QEMU = qemu-system-xtensa -machine sim -cpu dc233c -m 16M
# 125 million instructions a second.
SHIFT = 3
RUST_TARGET = xtensa-esp32

CROSS_COMPILE ?= xtensa-lx106-elf-
ARCH = -mabi=windowed -mlongcalls -mtext-section-literals
MPY_CROSS_FLAGS += -march=xtensawin
SRC_BOARD = dc233c/start.S dc233c/windows.S sim/hal.c sim/host_simcall.c
# Division and soft float: GCC's libgcc here is an lx106's, of another ABI.
LIBGCC = $(dir $(UP_ARCHIVE))libcompiler_builtins.a
ifeq ($(wildcard $(LIBGCC)),)
$(error There is no $(LIBGCC): ports/build-core.sh makes it beside the core where Debian's Rust builds it)
endif

# The assembler and the linker are for an lx106 too, until they are told: see plugin.c.
QEMU_SOURCE ?= $(abspath ../../build/qemu-source)
PLUGIN = $(BUILD)/plugin.so
export XTENSA_GNU_CONFIG = $(abspath $(PLUGIN))
$(PLUGIN): dc233c/plugin/plugin.c dc233c/plugin/qemu/osdep.h
	$(ECHO) "GCC $@"
	$(Q)mkdir -p $(dir $@)
	$(Q)gcc -shared -fPIC -O1 -DATTRIBUTE_UNUSED= -Idc233c/plugin -I$(QEMU_SOURCE)/target/xtensa -I$(QEMU_SOURCE)/include -o $@ $<
