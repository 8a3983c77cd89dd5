// The unix firmware: MicroPython's standard variant, and what our loop and `pyb` need.

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#include "ports/unix/variants/mpconfigvariant_common.h"

#include "config.h"

// Size 0: the buffer is what micropython.alloc_emergency_exception_buf() asks for, as on a board.
#undef MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (0)

// Tests run programs in virtual time.
#define MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK (1)
#define MICROPY_UASYNCIO_PRIORITY_TESTING (1)
// virtual.c stands in front of mp_hal_ticks_ms(). The loop has its own clock in virtual time, and looks past it.
extern __UINTPTR_TYPE__ __real_mp_hal_ticks_ms(void);
#define UP_TICKS_MS() __real_mp_hal_ticks_ms()
