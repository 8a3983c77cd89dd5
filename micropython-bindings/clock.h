// The loop's clock, which a test can replace.
#ifndef UASYNCIO_PRIORITY_CLOCK_H
#define UASYNCIO_PRIORITY_CLOCK_H

#include "loop_state.h"

#if MICROPY_UASYNCIO_PRIORITY_TESTING
// Virtual time, which is the loop's mock time then. It is not in the loop, which is as large as on any board.
typedef struct _up_virtual_t {
    uint64_t us; // mock_now is of this
    uint32_t epoch_s; // the time of day where that is 0
    uint32_t look_us; // what a look at the clock takes
} up_virtual_t;

extern up_virtual_t up_virtual;

// Whether time is virtual. Then whoever waits calls up_pass_time, with the end of the wait in us, or None.
static inline bool up_is_virtual(up_loop_t *loop) {
    return loop->mock && MP_STATE_VM( up_pass_time) != MP_OBJ_NULL;
}

// Virtual time, in us. A look at it may take some. EXCEPTION: none.
uint64_t up_virtual_look(up_loop_t *loop);
// Lets the virtual time `end` come, or the next instant for which something is scripted; UINT64_MAX: only that. False if
// nothing is.
bool up_virtual_pass(uint64_t end);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_virtual_clock_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_virtual_us_obj);
#endif

#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
// The clock that replaces the real one, in ms. EXCEPTION: none.
static inline mp_uint_t up_mock_time(up_loop_t *loop) {
#if MICROPY_UASYNCIO_PRIORITY_TESTING
    if (up_virtual.look_us != 0) {
        up_virtual_look(loop);
    }
#endif
    return loop->mock_now;
}
#endif

// The loop's clock, ms, wraps at 2^32. EXCEPTION: none.
static inline __attribute__((always_inline)) uint32_t up_now(up_loop_t *loop) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (loop->mock) {
        return (uint32_t)up_mock_time(loop);
    }
#else
    (void)loop;
#endif
    return UP_TICKS_MS();
}

// The same clock in us, wraps at 2^32. EXCEPTION: none.
static inline __attribute__((always_inline)) uint32_t up_now_us(up_loop_t *loop) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (loop->mock) {
#if MICROPY_UASYNCIO_PRIORITY_TESTING
        if (loop->mock_now == (mp_uint_t)(up_virtual.us / 1000)) {
            return (uint32_t)up_virtual.us; // mock_now is of this
        }
#endif
        return (uint32_t)loop->mock_now * 1000;
    }
#else
    (void)loop;
#endif
    return mp_hal_ticks_us();
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
