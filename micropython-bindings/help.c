// help() of what is ours.
//
// micropython.mk has py/modbuiltins.c, which names the built-in functions, take this help() for MicroPython's. So it costs no RAM, and no
// instruction where it is not called.
#include <string.h>

#include "threads.h"
#include "help.h"

#if MICROPY_UASYNCIO_PRIORITY_HELP
#include "py/builtin.h"
#include "py/gc.h"

// Whether two functions of one type are the same. MicroPython makes a new object each time where a method of an object, or of a native
// type, is named. Both kinds of object are three words: the type, and two that tell them apart.
static mp_obj_t up_help_same(mp_obj_t a, mp_obj_t b) {
    const size_t size = 3 * sizeof(void *);
    const void *first = MP_OBJ_TO_PTR(a);
    const void *second = MP_OBJ_TO_PTR(b);
    return mp_obj_new_bool(a == b || (gc_nbytes(first) >= size && gc_nbytes(second) >= size && memcmp(first, second, size) == 0));
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_help_same_obj, up_help_same);

// help(what): what ../python/_asyncio_help.py has to say of it, else what MicroPython has.
static mp_obj_t up_help(size_t n, const mp_obj_t *args) {
    if (n == 1 && MP_STATE_VM(up_loop) != NULL) { // else no module of ours was imported
        mp_obj_t part = mp_import_name(MP_QSTR__asyncio_help, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
        if (mp_obj_is_true(mp_call_function_2(mp_load_attr(part, MP_QSTR_show), args[0], MP_OBJ_FROM_PTR(&up_help_same_obj)))) {
            return mp_const_none;
        }
    }
    return mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_builtin_help_obj), n, 0, args);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_help_obj, 0, 1, up_help);
#endif
