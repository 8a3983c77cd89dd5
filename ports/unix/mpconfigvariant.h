// The unix firmware: MicroPython's standard variant, and what our loop and `pyb` need.

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#include "ports/unix/variants/mpconfigvariant_common.h"

// Ctrl-C is raised at a bytecode boundary. Raised in the signal handler it would jump over whatever runs, Rust frames too.
#undef MICROPY_ASYNC_KBD_INTR
#define MICROPY_ASYNC_KBD_INTR (0)

// Size 0: the buffer is what micropython.alloc_emergency_exception_buf() asks for, as on a board.
#undef MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (0)

// A scheduled callback ends the loop's idle wait. Any thread may schedule one.
extern void mp_uasyncio_priority_wake(void);
#define MICROPY_SCHED_HOOK_SCHEDULED mp_uasyncio_priority_wake()

// So does Ctrl-C: interrupt.c.
#define MICROPY_WRAP_MP_SCHED_EXCEPTION(f) f##_unheard

// Tests run programs in virtual time.
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (1)
