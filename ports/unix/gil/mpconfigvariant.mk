# The unix firmware with a lock around all of Python: `make unix-gil` builds it.
FROZEN_MANIFEST ?= $(VARIANT_DIR)/../manifest.py
include $(VARIANT_DIR)/../mpconfigvariant.mk
SRC_C += $(wildcard $(VARIANT_DIR)/../*.c)
