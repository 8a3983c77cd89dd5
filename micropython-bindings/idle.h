// What is done before an idle wait, or in place of it: gc_idle(), idle_hook.
#ifndef UASYNCIO_PRIORITY_IDLE_H
#define UASYNCIO_PRIORITY_IDLE_H

#include "loop_state.h"

#if UP_IDLE_WORKS
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_gc_idle_obj);

bool up_idle_work(up_loop_t *loop, uint32_t ms);
void up_idle_set_hook(up_loop_t *loop, mp_obj_t hook);
#endif

#endif
