// MicroPython without a machine around it: no files, no network, no terminal.
#include <alloca.h>
#include <stdint.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#define MICROPY_ENABLE_GC (1)
#define MICROPY_GCREGS_SETJMP (1)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MPZ_DIG_SIZE (16) // as frozen code has it
#define MICROPY_PY_SYS_PLATFORM "cmake"
#define MICROPY_PY_OS (0)
#define MICROPY_PY_SYS_STDFILES (0)
#define MICROPY_PY_BUILTINS_INPUT (0)
#define MICROPY_PY_BUILTINS_HELP (0)
#define MICROPY_PY_MACHINE (0)
#define MICROPY_PY_CRYPTOLIB (0)
#define MICROPY_PY_DEFLATE (0)
#define MICROPY_PY_HASHLIB (0)
#define MICROPY_PY_FRAMEBUF (0)
#define MICROPY_PY_RANDOM (0)

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX INTPTR_MAX
#define MP_STATE_PORT MP_STATE_VM

// As the esp32 port does. Our part's config.h for it says which idle wait is compiled.
#ifndef UP_GENERIC_PORT
#include "freertos/FreeRTOS.h"
#endif
