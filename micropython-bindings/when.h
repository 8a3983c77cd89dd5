// when(): waits until a callback says true.
#ifndef UASYNCIO_PRIORITY_WHEN_H
#define UASYNCIO_PRIORITY_WHEN_H

#include "shim.h"

// An awaitable of when(). `callback` is MP_OBJ_NULL when it is spent, and then `args` links it to
// the next spare one.
typedef struct _up_when_t {
    mp_obj_base_t base;
    mp_obj_t callback;
    mp_obj_t args; // a tuple
    up_task_t *waiter; // the task that awaits it, or NULL
} up_when_t;

extern const mp_obj_type_t up_when_type;
MP_DECLARE_CONST_FUN_OBJ_VAR(up_when_obj);

void up_when_done(up_loop_t *loop, mp_obj_t at, up_task_t *task);
void up_when_reserve(up_loop_t *loop, size_t n);

#endif
