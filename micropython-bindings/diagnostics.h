// What shows what the loop does: statistics, steps that take long, a watchdog, a trace.
#ifndef UASYNCIO_PRIORITY_DIAGNOSTICS_H
#define UASYNCIO_PRIORITY_DIAGNOSTICS_H

#include "loop_state.h"
#include "sight.h"
#include "task.h"
#include "trace.h"
#include "where.h"

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_stats_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_watch_obj);
#if UP_TRACES
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_trace_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_dump_trace_obj);
#endif

// A pass begins: what the core said. EXCEPTION: none.
static inline void up_see_begin(up_loop_t *loop, up_entry_t *entry, uint32_t now, const up_todo_t *todo) {
    up_sight_t *sight = loop->sight;
    sight->entry = entry;
    if (entry == NULL) {
        sight->action = todo->action;
        return;
    }
    sight->core = entry->core;
    sight->late = now - entry->due;
    sight->began = now;
}

void up_see_no_step(up_loop_t *loop);

// So does the step of a task: its coroutine. Whether that is a suspended generator, for sure. EXCEPTION: none.
static inline bool up_see_step(up_loop_t *loop, up_task_t *task, mp_obj_t *coro) {
    up_sight_t *sight = loop->sight;
    up_annex_t *annex = up_task_annex(task);
    if (annex != NULL) {
        *coro = annex->coro;
        sight->seen = annex->seen;
    } else {
        sight->seen = NULL;
    }
    up_frame_of(*coro, &sight->frame);
    return sight->frame.coro != MP_OBJ_NULL;
}

void up_see_call(up_loop_t *loop, up_entry_t *entry);
void up_see_pending(up_loop_t *loop);
void up_see_mail(up_loop_t *loop);
void up_see_run(up_loop_t *loop, bool raised);
void up_see_end(up_loop_t *loop);
void up_see_run_over(up_loop_t *loop, bool raised);
uint32_t up_see_wait(up_loop_t *loop, uint32_t ms);
mp_obj_t up_slow_step_ms(up_loop_t *loop);
void up_set_slow_step_ms(up_loop_t *loop, mp_obj_t ms);
#endif

#endif
