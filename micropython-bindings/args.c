// What callers pass, checked. Each error names the argument and the reason (docs/behaviour.md, section 9).
#include "py/objint.h"
#include "py/smallint.h"
#include "args.h"

void up_raise_runtime(mp_rom_error_text_t text) {
    mp_raise_msg(&mp_type_RuntimeError, text);
}

// 'name' must be this and not that: `text` has a %q for the name and a %s for the type it has.
void up_raise_type(mp_rom_error_text_t text, qstr name, mp_obj_t arg) {
    mp_raise_msg_varg(&mp_type_TypeError, text, name, mp_obj_get_type_str(arg));
}

// The longest delay: what the core can queue, and what two ticks of time.ticks_ms() can be apart (half of
// that on a 32-bit board, as in today's asyncio).
#define MAX_DELAY ((uint32_t)MIN((mp_uint_t)UP_MAX_DELAY, (mp_uint_t)MICROPY_PY_TIME_TICKS_PERIOD / 2 - 1))

__attribute__((noreturn)) static MP_NOINLINE void up_raise_delay(qstr name) {
    mp_raise_msg_varg(&mp_type_OverflowError, MP_ERROR_TEXT("'%q' is over the longest delay, %u ms"), name, (unsigned)MAX_DELAY);
}

// A delay that is an int; a negative one is 0. `text` says what it must be. TypeError, OverflowError.
static uint32_t up_arg_delay(mp_obj_t arg, qstr name, mp_rom_error_text_t text) {
    if (mp_obj_is_small_int(arg)) {
        mp_int_t delay = MP_OBJ_SMALL_INT_VALUE(arg);
        if (delay <= (mp_int_t)MAX_DELAY) {
            return MAX(delay, 0);
        }
    } else if (!mp_obj_is_int(arg)) {
        up_raise_type(text, name, arg);
    } else if (mp_obj_int_sign(arg) < 0) {
        return 0;
    }
    up_raise_delay(name);
}

// A delay in ms, int. TypeError, OverflowError.
uint32_t up_arg_ms(mp_obj_t arg, qstr name) {
    return up_arg_delay(arg, name, MP_ERROR_TEXT("'%q' must be an int (ms), not %s"));
}

// A delay in seconds, int or float, as ms. TypeError, OverflowError.
uint32_t up_arg_seconds(mp_obj_t arg, qstr name) {
#if MICROPY_PY_BUILTINS_FLOAT
    if (mp_obj_is_float(arg)) {
        uint32_t ms;
        if (!up_float_as_ms(arg, MAX_DELAY / 1000, &ms)) {
            up_raise_delay(name); // a NaN too
        }
        return ms;
    }
#endif
    uint32_t s = up_arg_delay(arg, name, MP_ERROR_TEXT("'%q' must be an int or float (s), not %s"));
    if (s > MAX_DELAY / 1000) {
        up_raise_delay(name);
    }
    return s * 1000;
}

// An int from `min` to `max`. TypeError, ValueError.
uint32_t up_arg_range(mp_obj_t arg, qstr name, uint32_t min, uint32_t max) {
    if (!mp_obj_is_int(arg)) {
        up_raise_type(MP_ERROR_TEXT("'%q' must be an int, not %s"), name, arg);
    }
    // A value below `min` wraps around to one above `max - min`.
    if (!mp_obj_is_small_int(arg) || (mp_uint_t)MP_OBJ_SMALL_INT_VALUE(arg) - min > max - min) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("'%q' must be %u to %u"), name, (unsigned)min, (unsigned)max);
    }
    return MP_OBJ_SMALL_INT_VALUE(arg);
}

// An int; one that is too large for any memory is as good as the largest. TypeError.
mp_int_t up_arg_size(mp_obj_t arg, qstr name) {
    if (mp_obj_is_small_int(arg)) {
        return MP_OBJ_SMALL_INT_VALUE(arg);
    }
    if (!mp_obj_is_int(arg)) {
        up_raise_type(MP_ERROR_TEXT("'%q' must be an int, not %s"), name, arg);
    }
    return mp_obj_int_sign(arg) < 0 ? -1 : MP_SMALL_INT_MAX;
}

// HIGH, NORMAL or LOW. TypeError, ValueError.
uint32_t up_arg_level(mp_obj_t arg) {
    return up_arg_range(arg, MP_QSTR_level, 0, UP_LOW);
}

// A callable. TypeError.
mp_obj_t up_arg_callable(mp_obj_t arg, qstr name) {
    if (!mp_obj_is_callable(arg)) {
        up_raise_type(MP_ERROR_TEXT("'%q' must be callable, not %s"), name, arg);
    }
    return arg;
}

// For what is in Python.

// _check_int(name, arg, least): a TypeError or ValueError that names the argument, if `arg` is no int of `least` or more.
static mp_obj_t up_check_int(mp_obj_t name, mp_obj_t arg, mp_obj_t least) {
    up_arg_range(arg, mp_obj_str_get_qstr(name), mp_obj_get_int(least), UP_MAX_DELAY);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_3(up_check_int_obj, up_check_int);

// _check_callable(name, arg): a TypeError that names the argument, if `arg` is not callable.
static mp_obj_t up_check_callable(mp_obj_t name, mp_obj_t arg) {
    up_arg_callable(arg, mp_obj_str_get_qstr(name));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(up_check_callable_obj, up_check_callable);
