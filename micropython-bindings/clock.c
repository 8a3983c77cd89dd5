// The loop's clock, which a test can replace.
#include "py/smallint.h"
#include "args.h"
#include "clock.h"
#include "loop_state.h"
#include "threads.h"

// The clock as time.ticks_ms() has it. EXCEPTION: none.
mp_uint_t up_time(void) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (up_any_loop()->mock) {
        return up_mock_time(up_any_loop()) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
    }
#endif
    return UP_TICKS_MS() & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
}

mp_uint_t up_time_of(uint32_t due) {
    mp_uint_t now = up_time();
    int32_t from_now = (int32_t)(due - (uint32_t)now);
    return (now + (mp_uint_t)(mp_int_t)from_now) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
}

// Ticks, as the delay until then in ms; 0 if it is past. TypeError, OverflowError.
uint32_t up_arg_until(mp_obj_t arg, qstr name) {
    if (!mp_obj_is_int(arg)) {
        up_raise_type(MP_ERROR_TEXT("'%q' must be an int (ticks), not %s"), name, arg);
    }
    const mp_uint_t half = MICROPY_PY_TIME_TICKS_PERIOD / 2;
    mp_uint_t diff = ((mp_uint_t)mp_obj_get_int_truncated(arg) - up_time() + half) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
    return up_arg_ms(MP_OBJ_NEW_SMALL_INT((mp_int_t)(diff - half)), name);
}

#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
// _mock_clock(): the mock time in ms, or None. _mock_clock(t): the clock reads `t`, and an idle
// wait moves it on. _mock_clock(None): the real clock again. For tests.
static mp_obj_t up_mock_clock(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = up_loop();
    if (n == 1) {
        loop->mock = a[0] != mp_const_none;
        loop->mock_now = loop->mock ? mp_obj_get_int_truncated(a[0]) : 0;
#if MICROPY_UASYNCIO_PRIORITY_TESTING
        MP_STATE_VM(up_pass_time) = MP_OBJ_NULL; // not virtual
        up_virtual.look_us = 0;
#endif
    }
    return loop->mock ? mp_obj_new_int_from_uint(loop->mock_now) : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_mock_clock_obj, 0, 1, up_mock_clock);
#endif

#if MICROPY_UASYNCIO_PRIORITY_TESTING
up_virtual_t up_virtual;

MP_REGISTER_ROOT_POINTER(mp_obj_t up_pass_time);

static void up_virtual_set(up_loop_t *loop, uint64_t us) {
    up_virtual.us = us;
    loop->mock_now = (mp_uint_t)(us / 1000);
}

uint64_t up_virtual_look(up_loop_t *loop) {
    up_virtual_set(loop, up_virtual.us + up_virtual.look_us);
    return up_virtual.us;
}

bool up_virtual_pass(uint64_t end) {
    return mp_obj_is_true(mp_call_function_1(MP_STATE_VM(up_pass_time), end == UINT64_MAX ? mp_const_none : mp_obj_new_int_from_ull(end)));
}

// _virtual_clock(pass_time, epoch_s, look_us): time is virtual from here on, and is passed by that callable. _virtual_clock():
// the real clock again. For asyncio_priority.testing.
static mp_obj_t up_virtual_clock(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = up_loop();
    // All that may raise comes first.
    uint32_t epoch_s = n == 3 ? mp_obj_get_int_truncated(a[1]) : 0;
    uint32_t look_us = n == 3 ? mp_obj_get_int_truncated(a[2]) : 0;
    if (n != 0 && (n != 3 || !mp_obj_is_callable(a[0]))) {
        mp_raise_TypeError(MP_ERROR_TEXT("a callable and two ints, or nothing"));
    }
    loop->mock = n == 3;
    MP_STATE_VM(up_pass_time) = n == 3 ? a[0] : MP_OBJ_NULL;
    up_virtual.epoch_s = epoch_s;
    up_virtual.look_us = look_us;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_virtual_clock_obj, 0, 3, up_virtual_clock);

// _virtual_us(): the virtual time in us. _virtual_us(t): it is `t`.
static mp_obj_t up_virtual_us(size_t n, const mp_obj_t *a) {
    if (n == 1) {
        // Of an int that may be a long one: its low 32 bits, and those above.
        mp_obj_t high = mp_binary_op(MP_BINARY_OP_RSHIFT, a[0], MP_OBJ_NEW_SMALL_INT(32));
        up_virtual_set(up_loop(), (uint64_t)mp_obj_get_int_truncated(high) << 32 | (uint32_t)mp_obj_get_int_truncated(a[0]));
    }
    return mp_obj_new_int_from_ull(up_virtual.us);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_virtual_us_obj, 0, 1, up_virtual_us);
#endif
