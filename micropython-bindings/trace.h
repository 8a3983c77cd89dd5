// The trace: what happened, in a ring of records, and its dump (docs/inside.md).
#ifndef UASYNCIO_PRIORITY_TRACE_H
#define UASYNCIO_PRIORITY_TRACE_H

#include "shim.h"

// A native .mpy has none of it, because it cannot look into coroutines and has no static memory.
#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS && !defined(MICROPY_ENABLE_DYNRUNTIME)
#define UP_TRACES (1)
#include "sight.h"

// A trace that is on.
typedef struct _up_traced_t {
    up_trace_t ring;
    up_entry_t *again; // was due again behind its own step, when the last pass ended
    up_entry_t *kept; // what the pass runs, if diagnostics.c has forgotten that
    size_t heap; // blocks that were allocated since the last collection, when the pass before ended
    uint32_t lost_posts;
    bool thrown; // an exception, into the task whose step is under way
    bool skips; // the pass that is under way is not noted: in its midst the trace began
} up_traced_t;

// When interrupts and other threads posted something.
extern up_posts_t up_posts;

void up_trace_posted(void);

// From any context: something is to be posted. EXCEPTION: none.
static inline void up_trace_post(void) {
    if (__atomic_load_n(&up_posts.on, __ATOMIC_RELAXED) != 0) {
        up_trace_posted();
    }
}

// What is traced, or NULL. EXCEPTION: none.
static inline up_traced_t *up_trace_of(const up_sight_t *sight) {
    return sight == NULL ? NULL : sight->traced;
}

up_traced_t *up_trace_new(uint32_t records);
void up_trace_begin(up_loop_t *loop, up_sight_t *sight, up_traced_t *traced);
void up_trace_end(up_sight_t *sight);
void up_trace_keep(up_sight_t *sight);
void up_trace_thrown(up_traced_t *traced);
void up_trace_outside(up_loop_t *loop, up_sight_t *sight, bool mail);
void up_trace_anew(up_loop_t *loop, up_traced_t *traced);
void up_trace_pass(up_loop_t *loop, up_sight_t *sight, uint32_t us);
void up_trace_dump(up_loop_t *loop, up_traced_t *traced, mp_obj_t file);
#else
#define UP_TRACES (0)

static inline void up_trace_post(void) {
}
#endif

#endif
