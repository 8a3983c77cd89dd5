// Time limits: timeout() and its kin, wait_for().
#ifndef UASYNCIO_PRIORITY_TIMEOUT_H
#define UASYNCIO_PRIORITY_TIMEOUT_H

#include "shim.h"

extern const mp_obj_type_t up_timeout_type;
MP_DECLARE_CONST_FUN_OBJ_1(up_timeout_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_timeout_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_timeout_at_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_wait_for_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_wait_for_ms_obj);

mp_obj_t up_wait_for_ever(mp_obj_t aw);
void up_timeout_fire(up_loop_t *loop, up_entry_t *entry);

#endif
