// Where a coroutine is: file, line and function.
#ifndef UASYNCIO_PRIORITY_WHERE_H
#define UASYNCIO_PRIORITY_WHERE_H

#include "shim.h"

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
// A suspended coroutine, and where in its bytecode: two words, to be had in a few instructions and read later, if at all.
typedef struct _up_frame_t {
    mp_obj_t coro; // MP_OBJ_NULL: it is no generator, or has ended
    const uint8_t *ip; // NULL: it is native code
} up_frame_t;

// The same, read. A line of 0 is not known, and neither is MP_QSTRnull.
typedef struct _up_where_t {
    uint16_t file;
    uint16_t line;
} up_where_t;

up_where_t up_where_of(const up_frame_t *frame);
qstr up_function_of(mp_obj_t coro);

#ifdef MICROPY_ENABLE_DYNRUNTIME
// A native .mpy cannot look into a generator.
static inline void up_frame_of(mp_obj_t coro, up_frame_t *frame) {
    (void)coro;
    frame->coro = MP_OBJ_NULL;
}
#else
#include "py/bc.h"
#include "py/bc0.h"
#include "py/objfun.h"

up_where_t up_where_in(const mp_obj_fun_bc_t *fun, size_t at);

// As py/objgenerator.c has it.
typedef struct _up_coroutine_t {
    mp_obj_base_t base;
    mp_obj_t pend_exc; // MP_OBJ_NULL: it runs
    mp_code_state_t code_state; // whose `ip` is NULL when it has ended
} up_coroutine_t;

// The coroutine that a suspended one awaits, which is bytecode at `ip`; NULL if it awaits something else. EXCEPTION: none.
static inline __attribute__((always_inline)) up_coroutine_t *up_awaited_by(const up_coroutine_t *self, const uint8_t *ip) {
    if (*ip != MP_BC_YIELD_FROM) {
        return NULL;
    }
    // Below what it yielded. What is awaited has yielded, so it is no small int, and has a type.
    up_coroutine_t *awaited = MP_OBJ_TO_PTR(self->code_state.sp[-1]);
    return awaited->base.type == &mp_type_gen_instance && awaited->code_state.ip != NULL ? awaited : NULL;
}

// Whether it is native code, which has no place in a file.
static inline bool up_is_native(const up_coroutine_t *self) {
    return self->code_state.exc_sp_idx == MP_CODE_STATE_EXC_SP_IDX_SENTINEL;
}

// The frame of a coroutine that does not run: that of the innermost one, if it awaits others. EXCEPTION: none.
static inline void up_frame_of(mp_obj_t coro, up_frame_t *frame) {
    up_coroutine_t *self = MP_OBJ_TO_PTR(coro); // what a task runs is no small int
    if (self->base.type != &mp_type_gen_instance || self->code_state.ip == NULL) {
        frame->coro = MP_OBJ_NULL;
        return;
    }
    do {
        const uint8_t *ip = self->code_state.ip; // read before `frame` is written
        frame->coro = MP_OBJ_FROM_PTR(self);
        frame->ip = ip;
        if (up_is_native(self)) {
            frame->ip = NULL;
            break;
        }
        self = up_awaited_by(self, ip);
    } while (self != NULL);
}
#endif
#endif

#endif
