// What callers pass, checked. Each error names the argument and the reason (SPEC 9).
#include "py/smallint.h"
#include "shim.h"

#define DELAY_LIMIT "'%q' is over the longest delay, 1073741823 ms (12 days)"

// A delay in ms: an int; a negative one is 0. TypeError, OverflowError.
uint32_t up_arg_ms(mp_obj_t arg, qstr name) {
    if (!mp_obj_is_int(arg)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' must be an int (ms), not %s"), name, mp_obj_get_type_str(arg));
    }
    if (mp_obj_is_small_int(arg)) {
        mp_int_t ms = MP_OBJ_SMALL_INT_VALUE(arg);
        if (ms <= UP_MAX_DELAY) {
            return ms < 0 ? 0 : ms;
        }
    } else if (mp_obj_is_true(mp_binary_op(MP_BINARY_OP_LESS, arg, MP_OBJ_NEW_SMALL_INT(0)))) {
        return 0;
    }
    mp_raise_msg_varg(&mp_type_OverflowError, MP_ERROR_TEXT(DELAY_LIMIT), name);
}

// A delay in seconds, int or float, as ms; a negative one is 0. TypeError, OverflowError.
uint32_t up_arg_seconds(mp_obj_t arg, qstr name) {
    if (mp_obj_is_small_int(arg)) {
        mp_int_t s = MP_OBJ_SMALL_INT_VALUE(arg);
        if (s <= UP_MAX_DELAY / 1000) {
            return s < 0 ? 0 : s * 1000;
        }
#if MICROPY_PY_BUILTINS_FLOAT
    } else if (mp_obj_is_float(arg)) {
        mp_float_t s = mp_obj_get_float(arg);
        // Written so that a NaN is an overflow too. A rounded up limit is cut by the core.
        if (s <= (mp_float_t)(UP_MAX_DELAY / 1000)) {
            return s < 0 ? 0 : (uint32_t)(s * 1000);
        }
#endif
    } else if (mp_obj_is_int(arg)) {
        return up_arg_ms(arg, name);
    } else {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' must be an int or float (s), not %s"), name, mp_obj_get_type_str(arg));
    }
    mp_raise_msg_varg(&mp_type_OverflowError, MP_ERROR_TEXT(DELAY_LIMIT), name);
}

// The clock as time.ticks_ms() has it. EXCEPTION: none.
mp_uint_t up_time(void) {
#if MICROPY_UASYNCIO_PRIORITY_MOCK_CLOCK
    if (up_loop()->mock) {
        return up_now(up_loop());
    }
#endif
    return mp_hal_ticks_ms() & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
}

// Ticks, as the delay until then in ms; 0 if it is past. TypeError, OverflowError.
uint32_t up_arg_until(mp_obj_t arg, qstr name) {
    if (!mp_obj_is_small_int(arg)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' must be an int (ticks), not %s"), name, mp_obj_get_type_str(arg));
    }
    const mp_uint_t half = MICROPY_PY_TIME_TICKS_PERIOD / 2;
    mp_uint_t diff = (MP_OBJ_SMALL_INT_VALUE(arg) - up_time() + half) & (MICROPY_PY_TIME_TICKS_PERIOD - 1);
    return up_arg_ms(MP_OBJ_NEW_SMALL_INT((mp_int_t)(diff - half)), name);
}

// An int between `min` and `max`. TypeError, ValueError.
uint32_t up_arg_range(mp_obj_t arg, qstr name, uint32_t min, uint32_t max) {
    if (!mp_obj_is_int(arg)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' must be an int, not %s"), name, mp_obj_get_type_str(arg));
    }
    if (mp_obj_is_small_int(arg)) {
        mp_int_t n = MP_OBJ_SMALL_INT_VALUE(arg);
        if (n >= (mp_int_t)min && n <= (mp_int_t)max) {
            return n;
        }
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("'%q' must be %u to %u"), name, (unsigned)min, (unsigned)max);
}

// HIGH, NORMAL or LOW. TypeError, ValueError.
uint32_t up_arg_level(mp_obj_t arg) {
    return up_arg_range(arg, MP_QSTR_level, UP_HIGH, UP_LOW);
}

// A callable. TypeError.
mp_obj_t up_arg_callable(mp_obj_t arg, qstr name) {
    if (!mp_obj_is_callable(arg)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' must be callable, not %s"), name, mp_obj_get_type_str(arg));
    }
    return arg;
}

// A Task. TypeError.
up_task_t *up_arg_task(mp_obj_t arg) {
    if (!mp_obj_is_type(arg, &up_task_type)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' must be a Task, not %s"), MP_QSTR_task, mp_obj_get_type_str(arg));
    }
    return MP_OBJ_TO_PTR(arg);
}
