// What callers pass, checked; errors name the argument.
#ifndef UASYNCIO_PRIORITY_ARGS_H
#define UASYNCIO_PRIORITY_ARGS_H

#include "shim.h"

__attribute__((noreturn)) void up_raise_runtime(mp_rom_error_text_t text);
__attribute__((noreturn)) void up_raise_type(mp_rom_error_text_t text, qstr name, mp_obj_t arg);
uint32_t up_arg_ms(mp_obj_t arg, qstr name);
uint32_t up_arg_seconds(mp_obj_t arg, qstr name);
uint32_t up_arg_range(mp_obj_t arg, qstr name, uint32_t min, uint32_t max);
mp_int_t up_arg_size(mp_obj_t arg, qstr name);
MP_DECLARE_CONST_FUN_OBJ_2(up_check_callable_obj);
MP_DECLARE_CONST_FUN_OBJ_3(up_check_int_obj);
uint32_t up_arg_level(mp_obj_t arg);
mp_obj_t up_arg_callable(mp_obj_t arg, qstr name);

#endif
