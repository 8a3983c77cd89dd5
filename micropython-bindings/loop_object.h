// The loop object's methods, and its beginning: one, native, what get_event_loop() returns and what is exported as Loop.
#ifndef UASYNCIO_PRIORITY_LOOP_OBJECT_H
#define UASYNCIO_PRIORITY_LOOP_OBJECT_H

#include "shim.h"

extern const mp_obj_type_t up_loop_type;
MP_DECLARE_CONST_FUN_OBJ_KW(up_create_task_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_get_event_loop_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(up_get_event_loop_v2_obj);
MP_DECLARE_CONST_FUN_OBJ_0(up_new_event_loop_obj);

void up_loop_make(void);
mp_obj_t up_run_until_complete(mp_obj_t loop_in, mp_obj_t aw);

#endif
