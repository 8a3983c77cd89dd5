// The exception handler: what it is told of exceptions that nobody awaits.
#ifndef UASYNCIO_PRIORITY_REPORT_H
#define UASYNCIO_PRIORITY_REPORT_H

#include "shim.h"

// What `context` is: new; what a handler was given, where a new one could not be had; the same, because the heap was locked.
enum {
    UP_CONTEXT_NEW,
    UP_CONTEXT_GIVEN,
    UP_CONTEXT_LOCKED
};

MP_DECLARE_CONST_FUN_OBJ_2(up_loop_call_exception_handler_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_default_exception_handler_obj);
MP_DECLARE_CONST_FUN_OBJ_1(up_loop_get_exception_handler_obj);
MP_DECLARE_CONST_FUN_OBJ_2(up_loop_set_exception_handler_obj);

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
mp_obj_t up_report_context(mp_obj_t message, up_task_t *task);
#endif
void up_report(up_loop_t *loop, mp_obj_t exc, mp_obj_t future);
void up_context_renew(up_loop_t *loop);

#endif
