// sleep(), sleep_ms(), after() and after_ms().
#ifndef UASYNCIO_PRIORITY_SLEEP_H
#define UASYNCIO_PRIORITY_SLEEP_H

#include "shim.h"

// An awaitable of sleep(), sleep_ms(), after() or after_ms().
typedef struct _up_sleep_t {
    mp_obj_base_t base;
    void *armer; // until it is awaited: the task that made the call, or the loop outside of one; else NULL
    uint32_t called; // when
    uint32_t delay : 30;
    uint32_t level : 2;
} up_sleep_t;

extern const mp_obj_type_t up_sleep_type;
MP_DECLARE_CONST_FUN_OBJ_1(up_sleep_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_sleep_ms_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_after_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_after_ms_obj);

#endif
