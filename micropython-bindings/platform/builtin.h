// The interpreter, where the loop is linked into it. The other implementation is dynamic.h.
#ifndef UASYNCIO_PRIORITY_PLATFORM_BUILTIN_H
#define UASYNCIO_PRIORITY_PLATFORM_BUILTIN_H

#include "py/gc.h"
#include "py/mphal.h"
#include "py/objgenerator.h"
#include "py/runtime.h"

// -- constants: data in ROM names qstrs as they are

// A table for mp_arg_parse_all(), local to a function.
#define UP_ARG_TABLE static const mp_arg_t
// A qstr in constant data, and what it is when it is read.
#define UP_QSTR(name) (name)
#define UP_QSTR_OF(constant) (constant)
// The type of a constant object that is not one of ours.
#define UP_ROM_TYPE(name) (&mp_type_##name)
// Rows of the modules' tables that only a .mpy has, and how many they are.
#define UP_ROWS_OF_NATIVE
#define UP_ROWS_OF_NATIVE_N (0)
#define UP_ROWS_OF_PRIORITY
#define UP_ROWS_OF_PRIORITY_N (0)

// -- running Python

// Resumes a generator, or throws `exc` into it unless that is MP_OBJ_NULL.
static inline mp_vm_return_kind_t up_resume(mp_obj_t generator, mp_obj_t exc, mp_obj_t *ret) {
    return mp_obj_gen_resume(generator, mp_const_none, exc, ret);
}

// Whether mp_sched_vm_abort() was called. EXCEPTION: none.
static inline __attribute__((always_inline)) bool up_pending_abort(void) {
#if MICROPY_ENABLE_VM_ABORT
    return MP_STATE_VM( vm_abort);
#else
    return false;
#endif
}

// Whether mp_handle_pending() has something to do. EXCEPTION: none.
static inline __attribute__((always_inline)) bool up_pending(void) {
    if (MP_STATE_VM(sched_state) == MP_SCHED_PENDING) {
        return true;
    }
    return up_pending_abort() || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
}

// What is pending runs in each pass, so none waits for an idle wait, which a mock clock leaves out.
#define UP_MOCK_IDLE() ((void)0)

// What makes something due may do so while the loop waits.
#define UP_ROUSES (MICROPY_PY_THREAD && MICROPY_PY_THREAD_GIL)

// -- threads

// They run at the same time, with no lock around all of Python: the loop is one thread's at a time.
#define UP_THREADS (MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL)

// -- the collector

// Whether a finaliser runs in this thread: the collector has marked what something reaches, and is about to free all
// else. EXCEPTION: none.
static inline bool up_in_finaliser(void) {
    return MP_STATE_THREAD(gc_lock_depth) & GC_COLLECT_FLAG;
}

// The same in what an interrupt may call too. One that comes while the collector marks has locked the heap once more.
// EXCEPTION: none.
static inline bool up_in_finaliser_only(void) {
    return MP_STATE_THREAD(gc_lock_depth) == GC_COLLECT_FLAG;
}

// A part of the heap.
typedef struct _up_area_t {
    const mp_state_mem_area_t *of;
    const byte *table; // two bits a block
    byte *pool;
    size_t blocks;
} up_area_t;

#define UP_BLOCK_BYTES(area) MICROPY_BYTES_PER_GC_BLOCK

// The first part of the heap, and the one behind `area`; false if there is none. EXCEPTION: none.
static inline bool up_area_of(up_area_t *area, const mp_state_mem_area_t *of) {
    if (of == NULL) {
        return false;
    }
    *area = (up_area_t){
        .of = of,
        .table = of->gc_alloc_table_start,
        .pool = of->gc_pool_start,
        .blocks = (of->gc_pool_end - of->gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK,
    };
    return true;
}

static inline bool up_first_area(up_area_t *area) {
    return up_area_of(area, &MP_STATE_MEM(area));
}

static inline bool up_next_area(up_area_t *area) {
#if MICROPY_GC_SPLIT_HEAP
    return up_area_of(area, area->of->next);
#else
    (void)area;
    return false;
#endif
}

#if MICROPY_PY_BUILTINS_FLOAT
// A float number of seconds as ms, in `ms`; true: it is 0 or less, or at most `most` seconds. A NaN is not.
static inline bool up_float_as_ms(mp_obj_t arg, uint32_t most, uint32_t *ms) {
    mp_float_t s = mp_obj_get_float(arg);
    if (s < 0) {
        *ms = 0;
        return true;
    }
    if (s <= (mp_float_t)most) {
        *ms = (uint32_t)(s * 1000); // a rounded up limit is cut by the core
        return true;
    }
    return false;
}
#endif

#endif
