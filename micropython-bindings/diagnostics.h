// What shows what the loop does: statistics, steps that take long, a watchdog.
#ifndef UASYNCIO_PRIORITY_DIAGNOSTICS_H
#define UASYNCIO_PRIORITY_DIAGNOSTICS_H

#include "loop_state.h"
#include "task.h"
#include "where.h"

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_stats_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_watch_obj);

// What is counted of a level or a task.
#define UP_LATE (8)
typedef uint64_t up_us_t __attribute__((aligned(4))); // no gap before it
typedef struct _up_count_t {
    up_us_t us; // that its steps took in all
    uint32_t longest; // us
    // Steps, by how late they began, in powers of two: 0 ms, 1, 2 and 3, 4 to 7 ... 64 and more.
    uint32_t late[UP_LATE];
} up_count_t;

// All that is on, and the pass that is under way.
typedef struct _up_sight_t {
    // Of the pass:
    uint8_t sees; // UP_SEES_...
    uint16_t core; // its entry's levels, when it began
    up_entry_t *entry; // what it runs, or NULL: `action`
    uint32_t late; // how late that is, ms
    uint32_t began; // ms, when that was
    uint32_t action; // 0: it is not to be counted, or was
    up_noted_t *seen; // what is noted of its task, or NULL: nothing yet, or it is no step of a task
    uint32_t last; // us, when the pass before ended
    up_frame_t frame; // where its task is resumed

    // stats()
    size_t heap; // blocks that were allocated since the last collection, when the pass before ended
    up_count_t levels[4]; // of tasks and callbacks, by UP_QUEUED()
    uint64_t idle; // us, that was waited,
    uint64_t other; // that went into passes which ran nothing and did not wait
    uint64_t allocated; // blocks, until the last collection
    size_t heap_began; // of what is counted by `heap`, what was there when the count began
    uint32_t asked; // passes that ran nothing
    uint32_t callbacks; // steps that were no task's
    uint32_t gap; // us, the longest pass that did not wait
    uint32_t collections; // passes in which the collector ran,
    uint32_t collecting; // and us, the longest of them

    // slow_step_ms
    uint32_t slow; // us

    // watch()
    mp_obj_t feed[2]; // the watchdog's method
    uint32_t watch; // ms
    uint32_t fed; // ms, when that was last
    uint32_t served[4]; // ms, when an entry of this level ran last
} up_sight_t;

// In `sees`: what is on.
#define UP_SEES_STATS (1)
#define UP_SEES_SLOW (2)
#define UP_SEES_WATCH (4)

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

// It is no step of a task. EXCEPTION: none.
static inline void up_see_no_step(up_loop_t *loop) {
    loop->sight->seen = NULL;
}

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

void up_see_run(up_loop_t *loop, bool raised);
void up_see_end(up_loop_t *loop);
void up_see_run_over(up_loop_t *loop, bool raised);
uint32_t up_see_wait(up_loop_t *loop, uint32_t ms);
mp_obj_t up_slow_step_ms(up_loop_t *loop);
void up_set_slow_step_ms(up_loop_t *loop, mp_obj_t ms);
#endif

#endif
