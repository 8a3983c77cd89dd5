# uasyncio-priority as a user C module, for every port that builds with make:
#   make -C ports/PORT USER_C_MODULES=<this repository> UP_ARCHIVE=<libuasyncio_priority.a> ...
UP_DIR := $(USERMOD_DIR)
ifeq ($(wildcard $(UP_ARCHIVE)),)
$(error UP_ARCHIVE must name the Rust archive: cargo build --release)
endif

SRC_USERMOD_C += $(addprefix $(UP_DIR)/, \
	args.c awaitables.c flag.c idle.c loop.c mail.c module.c resume.c store.c streams.c sync.c task.c)
CFLAGS_USERMOD += -I$(UP_DIR)

# The archive becomes one object first. Linked as an archive, Rust's own copies of libm and libgcc
# functions would take the place of the port's, and bare-metal ports list archives before the objects
# that need them. The exports are what the header declares.
UP_PAREN := (
UP_EXPORTS := $(shell sed -n 's/^[a-z].*[ *]\(up_\(core\|mail\)_[a-z_]*\)$(UP_PAREN).*/\1/p' $(UP_DIR)/uasyncio_priority.h)
UP_O := $(BUILD)/uasyncio_priority_core.o
PY_O += $(UP_O)
$(UP_O): $(UP_ARCHIVE) $(UP_DIR)/uasyncio_priority.h
	$(ECHO) "LD -r $@"
	$(Q)$(LD) $(UP_LD_EMUL) -r --gc-sections $(addprefix -u ,$(UP_EXPORTS)) -o $@.tmp $<
	$(Q)$(OBJCOPY) -R ".ARM.exidx*" -R ".ARM.extab*" -R ".rel.ARM.exidx*" -R .eh_frame -R .rela.eh_frame -g $@.tmp $@
