# The unix firmware under ThreadSanitizer: `make tsan` builds it. What sanitizes the Rust core is in the Makefile.
FROZEN_MANIFEST ?= $(VARIANT_DIR)/../manifest.py
include $(VARIANT_DIR)/../mpconfigvariant.mk
SRC_C += $(wildcard $(VARIANT_DIR)/../*.c) $(VARIANT_DIR)/library.c

COPT = -O1 -fno-omit-frame-pointer
SANITIZE = -fsanitize=thread
CFLAGS_EXTRA += $(SANITIZE) -Wno-error
LDFLAGS_EXTRA += $(SANITIZE)
