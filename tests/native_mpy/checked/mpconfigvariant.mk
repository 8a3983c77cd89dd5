# MicroPython's own unix variant `standard` without our loop, under sanitizers, with a heap that watches what the collector
# freed. It loads the objects of the native .mpy as a library: `make mpy-asan` builds both.
include $(TOP)/ports/unix/variants/standard/mpconfigvariant.mk
CHECKED = $(abspath $(VARIANT_DIR)/../../../ports/unix/checked)
SRC_C += $(VARIANT_DIR)/library.c $(CHECKED)/heap.c
HEAP_O = $(BUILD)/$(CHECKED)/heap.o
include $(CHECKED)/sanitize.mk
# The library takes the firmware's table of functions from it.
LDFLAGS_EXTRA += -rdynamic
