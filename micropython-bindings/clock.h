// The loop's clock, which a test can replace.
#ifndef UASYNCIO_PRIORITY_CLOCK_H
#define UASYNCIO_PRIORITY_CLOCK_H

#include "loop_state.h"

// The loop's clock, ms, wraps at 2^32. EXCEPTION: none.
static inline uint32_t up_now(up_loop_t *loop) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (loop->mock) {
        return (uint32_t)loop->mock_now;
    }
#else
    (void)loop;
#endif
    return mp_hal_ticks_ms();
}

// The clock as time.ticks_ms() has it. EXCEPTION: none.
mp_uint_t up_time(void);
// A time of the loop's clock as time.ticks_ms() has it. The core knows the low 32 bits only: it is at most half of their
// range from now. EXCEPTION: none.
mp_uint_t up_time_of(uint32_t due);
uint32_t up_arg_until(mp_obj_t arg, qstr name);
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_mock_clock_obj);
#endif

#endif
