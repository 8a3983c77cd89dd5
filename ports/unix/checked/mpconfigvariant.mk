# The unix firmware that watches itself, and has the module `faults`: `make asan` builds it. What sanitizes the Rust core is
# in the Makefile.
FROZEN_MANIFEST ?= $(VARIANT_DIR)/../manifest.py
include $(VARIANT_DIR)/../mpconfigvariant.mk
SRC_C += $(wildcard $(VARIANT_DIR)/../*.c)
HEAP_O = $(BUILD)/$(VARIANT_DIR)/heap.o
include $(VARIANT_DIR)/sanitize.mk
