# QEMU's sim machine with an lx106, the ESP8266's core.
CROSS_COMPILE ?= xtensa-lx106-elf-
ARCH = -mlongcalls -mtext-section-literals
MPY_CROSS_FLAGS += -march=xtensa
SRC_BOARD = lx106/start.S lx106/hal.c lx106/host_simcall.c
LIBS_BOARD = $(BUILD)/builtins.o

# Division, 64-bit multiplication and soft float: Debian's libgcc leaves them to the ESP8266's ROM. Rust's library for
# compilers has them; it was made together with our archive, as assembly (see ports/xtensa).
$(BUILD)/builtins.o: $(UP_ARCHIVE)
	$(ECHO) "AS $@"
	$(Q)python3 ../xtensa/literals.py gas <"$$(ls -t $(dir $<)cargo/xtensa-lx106/release/deps/compiler_builtins-*.s | head -n 1)" >$(@:.o=.s)
	$(Q)$(AS) --text-section-literals --longcalls -o $@ $(@:.o=.s)
$(BUILD)/firmware.elf: $(LIBS_BOARD)
