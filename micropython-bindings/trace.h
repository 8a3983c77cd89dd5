// The trace: what happened, in a ring of records, and its dump (docs/inside.md).
#ifndef UASYNCIO_PRIORITY_TRACE_H
#define UASYNCIO_PRIORITY_TRACE_H

#include "posts.h"
#include "sight.h"

#if UP_TRACES
// A trace that is on.
typedef struct _up_traced_t {
    up_trace_t ring;
    up_entry_t *again; // was due again behind its own step, when the last pass ended
    up_entry_t *kept; // what the pass runs, if diagnostics.c has forgotten that
    size_t heap; // blocks that were allocated since the last collection, when the pass before ended, or UP_SKIPS
    uint32_t lost_posts;
} up_traced_t;

// The pass that is under way is not noted: in its midst the trace began. So much is never allocated.
#define UP_SKIPS (SIZE_MAX)

// What is traced, or NULL. EXCEPTION: none.
static inline up_traced_t *up_trace_of(const up_sight_t *sight) {
    return sight == NULL ? NULL : sight->traced;
}

up_traced_t *up_trace_new(uint32_t records);
void up_trace_begin(up_loop_t *loop, up_sight_t *sight, up_traced_t *traced);
void up_trace_end(up_sight_t *sight);
void up_trace_keep(up_sight_t *sight);
void up_trace_outside(up_loop_t *loop, up_sight_t *sight, bool mail);
void up_trace_anew(up_loop_t *loop, up_traced_t *traced);
void up_trace_pass(up_loop_t *loop, up_sight_t *sight, uint32_t us);
void up_trace_dump(up_loop_t *loop, up_traced_t *traced, mp_obj_t file);
#endif

#endif
