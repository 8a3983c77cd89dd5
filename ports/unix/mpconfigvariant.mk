# The unix firmware: what is built in besides the defaults of MicroPython's unix port.

FROZEN_MANIFEST ?= $(VARIANT_DIR)/manifest.py

# Debian's tarball lacks the submodules. `make` puts Debian's mbedtls into a tree that it fetched itself; a tree of the
# user's own may have them.
ifeq ($(wildcard $(TOP)/lib/mbedtls/library/ssl_tls.c),)
MICROPY_PY_SSL = 0
MICROPY_SSL_MBEDTLS = 0
endif
ifeq ($(wildcard $(TOP)/lib/berkeley-db-1.xx/PORT/include/db.h),)
MICROPY_PY_BTREE = 0
endif

# These need libraries of the host.
MICROPY_PY_FFI = 0
MICROPY_PY_JNI = 0

# help() of our names.
export MICROPY_UASYNCIO_PRIORITY_HELP ?= 1

# virtual.c stands in front of these.
COMMA = ,
LDFLAGS_EXTRA += $(addprefix -Wl$(COMMA)--wrap=,gettimeofday time select usleep mp_hal_ticks_ms mp_hal_ticks_us mp_hal_delay_ms)

# For benchmarks: their module, and the names of functions, by which callgrind counts.
vpath %.c $(VARIANT_DIR)/../..
SRC_C += ports/bench.c ports/bound.c
STRIP =
