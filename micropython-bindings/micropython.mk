# uasyncio-priority as a user C module, for every port that builds with make:
#   make -C ports/PORT USER_C_MODULES=<this repository> UP_ARCHIVE=<libuasyncio_priority.a> ...
# The archive: `cargo build --release` makes it for this machine, ports/build-core.sh for a board's processor.
UP_DIR := $(USERMOD_DIR)
ifeq ($(wildcard $(UP_ARCHIVE)),)
$(error UP_ARCHIVE must name the Rust archive: see ports/build-core.sh)
endif

UP_SRC := $(addprefix $(UP_DIR)/, \
	args.c await.c callbacks.c clock.c deadline.c diagnostics.c flag.c garbage.c gather.c heap_search.c help.c \
	idle.c inspect.c lock.c loop_object.c mail.c mailbox.c module.c native_module.c posts.c queue.c report.c \
	run_loop.c schedule.c sleep.c stream_object.c streams.c sync.c task.c taskgroup.c threads.c timeout.c \
	trace.c when.c where.c \
	platform/atomic.c platform/dynamic.c platform/freertos.c platform/generic.c platform/unix.c platform/wfi.c)
SRC_USERMOD_C += $(UP_SRC)
# What is left out, if make is told so (1: it is there): V2's names and `asyn`; what only CPython's asyncio has; what
# shows what the loop does. And what is there only if make is told so: help() of all that. shim.h
UP_SWITCHES := $(foreach switch,$(addprefix MICROPY_UASYNCIO_PRIORITY_,V2 CPYTHON DIAGNOSTICS HELP),\
	$(if $($(switch)),-D$(switch)=$($(switch))))
CFLAGS_USERMOD += $(UP_SWITCHES)
# For `import asyncio.core`.
CFLAGS_USERMOD += -DMICROPY_MODULE_BUILTIN_SUBPACKAGES=1

UP_SHIM_O := $(patsubst $(USER_C_MODULES)/%.c,$(BUILD)/%.o,$(UP_SRC))
# What was built with other switches is built again.
ifneq ($(UP_SWITCHES),$(shell cat $(BUILD)/uasyncio_priority.switches 2>/dev/null))
$(shell mkdir -p $(BUILD) && echo '$(UP_SWITCHES)' >$(BUILD)/uasyncio_priority.switches && rm -f $(BUILD)/frozen_content.c)
endif
$(UP_SHIM_O): $(BUILD)/uasyncio_priority.switches
QSTR_GLOBAL_DEPENDENCIES += $(BUILD)/uasyncio_priority.switches
ifeq ($(MICROPY_UASYNCIO_PRIORITY_HELP),1)
# The table of the built-in functions names help.c's help(), which calls MicroPython's.
$(BUILD)/py/modbuiltins.o: CFLAGS += -Dmp_builtin_help_obj=up_help_obj
endif
$(BUILD)/py/modbuiltins.o: $(BUILD)/uasyncio_priority.switches

ifneq ($(findstring -gcc,$(CC)),)
# A board's GCC, not a clang. Of what -Os means to it these four make our code larger, by 140 bytes on Thumb.
$(UP_SHIM_O): CFLAGS += -fno-expensive-optimizations -fno-move-loop-invariants -fno-optimize-sibling-calls -fno-if-conversion
endif

# The archive becomes one object first. Linked as an archive, Rust's own copies of libm and libgcc
# functions would take the place of the port's, and bare-metal ports list archives before the objects
# that need them. The exports are what the header declares.
UP_PAREN := (
UP_EXPORTS := $(shell sed -n 's/^[a-z].*[ *]\(up_\(core\|flag\|mail\)_[a-z_]*\)$(UP_PAREN).*/\1/p' $(UP_DIR)/uasyncio_priority.h)
UP_O := $(BUILD)/uasyncio_priority_core.o
PY_O += $(UP_O)
ifneq ($(findstring emcc,$(CC)),)
# wasm-ld leaves out nothing with -r, and all that is not used when it links for good. The archive has no more than is ours.
$(UP_O): $(UP_ARCHIVE)
	$(ECHO) "LD -r $@"
	$(Q)$(LD) -r -Wl,--whole-archive -o $@ $<
else
$(UP_O): $(UP_ARCHIVE) $(UP_DIR)/uasyncio_priority.h
	$(ECHO) "LD -r $@"
	$(Q)$(LD) $(UP_LD_EMUL) -r --gc-sections $(addprefix -u ,$(UP_EXPORTS)) -o $@.tmp $<
	$(Q)$(OBJCOPY) -R ".ARM.exidx*" -R ".ARM.extab*" -R ".rel.ARM.exidx*" -R .eh_frame -R .rela.eh_frame -g $@.tmp $@
endif

# What some ports need besides. Their folder is where make runs.
ifeq ($(notdir $(CURDIR)),stm32)
CFLAGS_USERMOD += -include $(UP_DIR)/../ports/pyboard/config.h
ifneq ($(filter %PYBD_SF2/f722_qspi.ld,$(LD_FILES)),)
# PYBD_SF2 and boards with its memory: half a megabyte of internal flash, in which not all of it fits.
# mutation: frozen-in-internal-flash
LD_FILES := $(abspath $(UP_DIR)/..)/ports/pyboard/PYBD_SF2.ld $(LD_FILES)
TEXT1_SECTIONS += .text_frozen
endif
endif
ifeq ($(notdir $(CURDIR)),unix)
ifeq ($(filter $(abspath $(UP_DIR)/..)/ports/%,$(abspath $(VARIANT_DIR))),)
# MicroPython's own variants, and users'. Ours do it by themselves.
CFLAGS_USERMOD += '-DMP_CONFIGFILE="$(abspath $(UP_DIR)/..)/ports/unix/standard/config.h"'
SRC_USERMOD_C += $(patsubst %/,%,$(dir $(UP_DIR)))/ports/unix/interrupt.c
endif
endif
ifeq ($(notdir $(CURDIR)),esp8266)
# Its linker script sends code to the 32 KB of instruction RAM, which are full, but for files and sections
# that it names. This is the section for code in flash. (The core's object comes with it.)
$(UP_SHIM_O): CFLAGS += -fno-function-sections -fno-reorder-functions
$(UP_SHIM_O): $(BUILD)/%.o: $(USER_C_MODULES)/%.c
	$(call compile_c)
	$(Q)$(OBJCOPY) --rename-section .text=.irom0.text $@
endif
