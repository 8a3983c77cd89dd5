// The trace: what happened, in a ring of records, and its dump (docs/inside.md).
//
// The ring is the core's (src/trace.rs), and what its records say is ours. They are written when a pass is over
// (diagnostics.c), so nothing on the way of a wake-up writes here: who was woken in a pass is found in the ready queues behind it.
// A record names a task by a number that is made of its address, so that it keeps no task alive. Who that was is said by the record of
// its end, or in the dump if it lives. What it keeps is functions, whose lines the dump looks up.
#include "trace.h"

#if UP_TRACES
#include "py/gc.h"
#include "py/stream.h"
#include "clock.h"
#include "deadline.h"
#include "heap_search.h"
#include "inspect.h"
#include "loop_state.h"
#include "posts.h"
#include "sight.h"
#include "task.h"
#include "where.h"

// What a record is about, in `what`.
enum {
    UP_TR_POSTED, // an interrupt or a thread posted something
    UP_TR_MAIL, // the loop took that in
    UP_TR_IDLE, // it waited
    UP_TR_ASKED, // it asked a condition, or all that were left
    UP_TR_POLLED, // it asked a stream, or all descriptors
    UP_TR_GC, // in the pass before the next record a collection ran
    UP_TR_ANEW, // new_event_loop()
    UP_TR_WOKEN, // a task is due, `us` says by whom: a task, a callback, or UP_BY_...
    UP_TR_CREATED, // it is, for the first time
    UP_TR_CANCELLED, // it is, to be thrown an exception
    UP_TR_ENDED, // it has
    UP_TR_CALLED, // a callback ran
    UP_TR_RUN // a step; beside it UP_ST_...
};
#define UP_TR_STATE_SHIFT (4)

// What became of the task behind its step.
enum {
    UP_ST_YIELDS,
    UP_ST_SLEEPS,
    UP_ST_WAITS, // for what `of` names
    UP_ST_READS,
    UP_ST_WRITES,
    UP_ST_ASKS, // it waits until its condition is true
    UP_ST_PARKED,
    UP_ST_READY,
    UP_ST_RETURNED,
    UP_ST_RAISED, // what `of` names
    UP_ST_REPORTED // no step: what it had raised was reported
};

// Who woke a task that no step woke. No number of a task is so low.
enum {
    UP_BY_OTHERS, // what is not of the loop
    UP_BY_CONDITION,
    UP_BY_STREAM,
    UP_BY_MAIL
};

// The number of a task or a callback. The collector takes it for no address. EXCEPTION: none.
static inline uint32_t up_trace_id(const up_entry_t *entry) {
    return (uint32_t)((uintptr_t)entry / (4 * sizeof(void *)));
}

static inline size_t up_heap_count(void) {
#if MICROPY_GC_ALLOC_THRESHOLD
    return MP_STATE_MEM(gc_alloc_amount);
#else
    return 0;
#endif
}

// EXCEPTION: none.
static up_record_t *up_trace_note(up_traced_t *traced, uint32_t what, uint32_t at, uint32_t us, uint32_t who) {
    up_record_t *record = up_core_trace_record(&traced->ring);
    *record = (up_record_t){ .at = at, .us = us, .who = who, .what = what };
    return record;
}

// -- what is noted

// The function of a task's coroutine, or MP_OBJ_NULL. EXCEPTION: none.
static mp_obj_t up_trace_function(mp_obj_t coro) {
    if (!mp_obj_is_type(coro, &mp_type_gen_instance)) {
        return MP_OBJ_NULL;
    }
    return MP_OBJ_FROM_PTR(((up_coroutine_t *)MP_OBJ_TO_PTR(coro))->code_state.fun_bc);
}

// A task is due. EXCEPTION: none.
static void up_trace_wake(up_traced_t *traced, up_task_t *task, uint32_t at, uint32_t by) {
    up_record_t *record = up_trace_note(traced, UP_TR_WOKEN, at, by, up_trace_id(&task->entry));
    record->level = UP_QUEUED(&task->entry) | UP_LEVEL(&task->entry) << 2;
    mp_obj_t coro = up_task_coro(task);
    if (up_is_exception(up_task_at(task))) {
        record->what = UP_TR_CANCELLED;
    } else if (mp_obj_is_type(coro, &mp_type_gen_instance)) {
        // As py/objgenerator.c knows that one has not started.
        const mp_code_state_t *state = &((up_coroutine_t *)MP_OBJ_TO_PTR(coro))->code_state;
        if (state->exc_sp_idx != MP_CODE_STATE_EXC_SP_IDX_SENTINEL && state->sp == state->state - 1) {
            record->what = UP_TR_CREATED;
            record->place = (uintptr_t)MP_OBJ_TO_PTR(up_trace_function(coro));
        }
    }
}

// Notes `woken` and all tasks behind it that are due since the core looked last, but `ran`, which ran and queued itself.
// EXCEPTION: none.
static MP_NOINLINE void up_trace_all_woken(up_loop_t *loop, up_traced_t *traced, up_entry_t *woken, up_entry_t *ran, uint32_t at, uint32_t by) {
    while (woken != NULL) {
        if (woken != ran && woken->object == &up_task_type && !(woken->flags & UP_TASK_DONE)) {
            up_trace_wake(traced, (up_task_t *)woken, at, by);
        }
        woken = up_core_trace_woken(&loop->core, &traced->ring, woken, traced->again);
    }
}

// Notes all tasks that are due since the core looked last. EXCEPTION: none.
static void up_trace_wakes(up_loop_t *loop, up_traced_t *traced, up_entry_t *ran, uint32_t at, uint32_t by) {
    up_trace_all_woken(loop, traced, up_core_trace_woken(&loop->core, &traced->ring, NULL, traced->again), ran, at, by);
}

// Notes when something was posted. EXCEPTION: none.
static MP_NOINLINE void up_trace_posts(up_traced_t *traced) {
    uint32_t at;
    while (up_core_trace_posted(&up_posts, &at)) {
        up_trace_note(traced, UP_TR_POSTED, at, 0, 0);
    }
    traced->lost_posts += up_core_trace_lost_posts(&up_posts);
}

// What became of a task behind its step. EXCEPTION: none.
static MP_NOINLINE uint32_t up_trace_state(const up_sight_t *sight, up_task_t *task, uint16_t *of) {
    up_entry_t *entry = &task->entry;
    mp_obj_t what = MP_OBJ_NULL;
    uint32_t state;
    if (entry->flags & UP_TASK_DONE) {
        if (sight->frame.coro == MP_OBJ_NULL && mp_obj_is_type(up_task_coro(task), &mp_type_gen_instance)) {
            return UP_ST_REPORTED;
        }
        if (!(entry->flags & UP_TASK_RAISED)) {
            return UP_ST_RETURNED;
        }
        what = entry->data;
        state = UP_ST_RAISED;
    } else {
        switch (UP_PLACE(entry)) {
            case UP_READY:
                return UP_ST_READY;
            case UP_TIMER:
                return UP_ST_SLEEPS;
            case UP_CONDITION:
                return UP_ST_ASKS;
            case UP_STREAM:
                what = MP_OBJ_FROM_PTR(entry->up);
                state = UP_EVENTS(entry) == UP_WRITE ? UP_ST_WRITES : UP_ST_READS;
                break;
            case UP_PARKED:
            case UP_JOINING:
                *of = ((const mp_obj_type_t *)((up_list_t *)entry->up)->object)->name;
                return UP_ST_WAITS;
            default:
                return UP_ST_PARKED;
        }
    }
    *of = mp_obj_get_type(what)->name;
    return state;
}

// Notes what ran that is no task. EXCEPTION: none.
static MP_NOINLINE void up_trace_called(up_sight_t *sight, up_traced_t *traced, up_entry_t *entry, uint32_t at, uint32_t us) {
    up_record_t *record = up_trace_note(traced, UP_TR_CALLED, at, us, up_trace_id(entry));
    record->late = MIN(sight->late, UINT16_MAX);
    record->level = sight->core >> 6;
    mp_obj_t called = sight->called;
    const mp_obj_type_t *type = called == MP_OBJ_NULL ? entry->object : mp_obj_get_type(called);
    if (type == &mp_type_fun_bc) {
        record->place = (uintptr_t)MP_OBJ_TO_PTR(called);
    }
    record->of = type == NULL ? MP_QSTR_stop : type->name;
}

// Notes that a task has ended, and who it was. EXCEPTION: none.
static MP_NOINLINE void up_trace_ended(up_traced_t *traced, up_task_t *task, uint32_t at) {
    up_record_t *record = up_trace_note(traced, UP_TR_ENDED, at, 0, up_trace_id(&task->entry));
    up_annex_t *annex = up_task_annex(task);
    mp_obj_t name = annex == NULL ? mp_const_none : *up_annex_name(annex);
    mp_obj_t who = name != mp_const_none ? name : up_trace_function(up_task_coro(task));
    record->place = (uintptr_t)MP_OBJ_TO_PTR(who);
}

// Notes a step of a task, but who it was woken by. EXCEPTION: none.
static inline __attribute__((always_inline)) void up_trace_step(up_sight_t *sight, up_traced_t *traced, up_task_t *task, bool again, uint32_t us) {
    up_record_t *record = up_core_trace_record(&traced->ring);
    record->us = us;
    record->at = sight->last - us;
    record->who = up_trace_id(&task->entry);
    record->late = sight->late; // of one that is later than 65 s, the low bits
    record->level = sight->core >> 6; // of which four bits count
    uintptr_t place = 0;
    if (sight->frame.coro != MP_OBJ_NULL) {
        const mp_obj_fun_bc_t *fun = ((up_coroutine_t *)MP_OBJ_TO_PTR(sight->frame.coro))->code_state.fun_bc;
        place = (uintptr_t)fun;
        record->offset = sight->frame.ip - fun->bytecode; // of native code it is not looked at
    }
    record->place = place;
    record->of = MP_QSTRnull;
    record->what = UP_TR_RUN | UP_ST_YIELDS << UP_TR_STATE_SHIFT;
    if (again) {
        return;
    }
    uint32_t state = up_trace_state(sight, task, &record->of);
    record->what = UP_TR_RUN | state << UP_TR_STATE_SHIFT;
    if (state == UP_ST_RETURNED || state == UP_ST_RAISED) {
        up_trace_ended(traced, task, sight->last);
    }
}

// What is due again behind its own step, or NULL. EXCEPTION: none.
static inline up_entry_t *up_trace_again(up_loop_t *loop, up_entry_t *entry) {
    return loop->again != UP_NOT ? entry : NULL;
}

// A pass is over that took `us`, and was no step of a task, or something else is to be noted. EXCEPTION: none.
static MP_NOINLINE void up_trace_other_pass(up_loop_t *loop, up_sight_t *sight, up_traced_t *traced, uint32_t us) {
    static const struct {
        uint8_t what;
        uint8_t by;
    } actions[] = {
        [UP_ASK] = { UP_TR_ASKED, UP_BY_CONDITION },
        [UP_ASK_STREAM] = { UP_TR_POLLED, UP_BY_STREAM },
        [UP_ASK_FDS] = { UP_TR_POLLED, UP_BY_STREAM },
        [UP_MAIL] = { UP_TR_MAIL, UP_BY_MAIL },
        [UP_WAIT] = { UP_TR_IDLE, UP_BY_STREAM }, // where there are descriptors it asks for them
        [UP_WAIT_FOREVER] = { UP_TR_IDLE, UP_BY_STREAM },
    };
    uint32_t now = sight->last;
    uint32_t action = sight->action;
    up_entry_t *entry = sight->entry;
    if (entry == NULL) {
        entry = traced->kept;
        traced->kept = NULL;
    }
    if (up_posts.on > 1) {
        up_trace_posts(traced);
    }
    size_t heap = up_heap_count();
    bool skips = traced->heap == UP_SKIPS;
    if (heap < traced->heap && !skips) {
        up_trace_note(traced, UP_TR_GC, now, 0, 0);
    }
    traced->heap = heap;
    if (skips) {
        // In its midst the trace began.
    } else if (entry == NULL) {
        if (action != 0) {
            up_trace_note(traced, actions[action].what, now - us, us, 0);
        }
    } else if (entry->object == &up_task_type) {
        up_trace_step(sight, traced, (up_task_t *)entry, up_trace_again(loop, entry) != NULL, us);
    } else {
        up_trace_called(sight, traced, entry, now - us, us);
    }
    up_trace_wakes(loop, traced, entry, now, entry != NULL ? up_trace_id(entry) : actions[action].by);
    traced->again = up_trace_again(loop, entry);
}

// A pass is over that took `us`. EXCEPTION: none.
void up_trace_pass(up_loop_t *loop, up_sight_t *sight, uint32_t us) {
    up_traced_t *traced = sight->traced;
    up_entry_t *entry = sight->entry;
    size_t heap = up_heap_count();
    if (entry == NULL || entry->object != &up_task_type || heap < traced->heap) {
        up_trace_other_pass(loop, sight, traced, us);
        return;
    }
    traced->heap = heap;
    up_entry_t *again = up_trace_again(loop, entry);
    up_trace_step(sight, traced, (up_task_t *)entry, again != NULL, us);
    up_entry_t *woken = up_core_trace_woken(&loop->core, &traced->ring, NULL, traced->again);
    if (woken != NULL) {
        up_trace_all_woken(loop, traced, woken, entry, sight->last, up_trace_id(entry));
    }
    traced->again = again;
}

// Before the pass is known, what was scheduled ran, or `mail` was taken in. EXCEPTION: none.
void up_trace_outside(up_loop_t *loop, up_sight_t *sight, bool mail) {
    up_traced_t *traced = sight->traced;
    uint32_t now = up_now_us(loop);
    if (mail) {
        up_trace_posts(traced);
        up_trace_note(traced, UP_TR_MAIL, now, 0, 0);
    }
    up_trace_wakes(loop, traced, NULL, now, mail ? UP_BY_MAIL : UP_BY_OTHERS);
}

// diagnostics.c forgets what the pass runs. EXCEPTION: none.
void up_trace_keep(up_sight_t *sight) {
    if (sight->traced != NULL && sight->entry != NULL) {
        sight->traced->kept = sight->entry;
    }
}

// new_event_loop(). `traced` may be NULL. EXCEPTION: none.
void up_trace_anew(up_loop_t *loop, up_traced_t *traced) {
    if (traced != NULL) {
        up_trace_note(traced, UP_TR_ANEW, up_now_us(loop), 0, 0);
        traced->again = NULL;
    }
}

// -- on and off

// A trace of so many records, which is not on yet. MemoryError.
up_traced_t *up_trace_new(uint32_t records) {
    up_traced_t *traced = m_new0(up_traced_t, 1);
    traced->ring.records = m_new0(up_record_t, records);
    traced->ring.length = records;
    return traced;
}

// From here on it is on. The pass that is under way is not noted. EXCEPTION: none.
void up_trace_begin(up_loop_t *loop, up_sight_t *sight, up_traced_t *traced) {
    bool skips = loop->running && (sight->entry != NULL || sight->action != 0);
    traced->heap = skips ? UP_SKIPS : up_heap_count();
    up_entry_t *entry = NULL;
    do {
        // Who is due already was woken before.
        entry = up_core_trace_woken(&loop->core, &traced->ring, entry, NULL);
    } while (entry != NULL);
    sight->traced = traced;
    up_core_trace_switch(&up_posts, 1);
}

// It is off. EXCEPTION: none.
void up_trace_end(up_sight_t *sight) {
    up_core_trace_switch(&up_posts, 0);
    if (sight != NULL) {
        sight->traced = NULL;
    }
}

// -- the dump

// Where a function begins, or is at `at`; "-" if it is not known, as of native code.
static void up_trace_print_place(const mp_print_t *print, mp_obj_t function, size_t at) {
    up_where_t where = { MP_QSTRnull, 0 };
    if (mp_obj_is_type(function, &mp_type_fun_bc) || mp_obj_is_type(function, &mp_type_gen_wrap)) {
        where = up_where_in(MP_OBJ_TO_PTR(function), at);
    }
    if (where.file == MP_QSTRnull) {
        mp_print_str(print, " -");
    } else {
        mp_printf(print, " %q:%u", (qstr)where.file, (unsigned)where.line);
    }
}

// A function's name and where it begins.
static void up_trace_print_function(const mp_print_t *print, mp_obj_t function) {
    bool known = mp_obj_is_type(function, &mp_type_fun_bc) || mp_obj_is_type(function, &mp_type_gen_wrap);
    mp_printf(print, " %q", known ? mp_obj_fun_get_name(function) : MP_QSTR_);
    up_trace_print_place(print, function, 0);
}

// A record as a line. docs/inside.md says what is in it.
static void up_trace_print(const mp_print_t *print, const up_record_t *record) {
    static const char *const whats[] = { "posted", "mail", "idle", "asked", "polled", "gc", "new_loop", "woken", "created", "cancelled", "ended", "call", "run" };
    static const char *const states[] = { "yields", "sleeps", "waits", "reads", "writes", "asks", "parked", "ready", "returned", "raised", "reported" };
    static const char *const bys[] = { "-", "condition", "stream", "mail" };
    static const char levels[] = "hnlo";
    uint32_t what = record->what & 15;
    mp_obj_t place = record->place == 0 ? mp_const_none : MP_OBJ_FROM_PTR((void *)record->place);
    mp_printf(print, "@%u %s", (unsigned)record->at, whats[what]);
    if (what >= UP_TR_WOKEN) {
        mp_printf(print, " %x", (unsigned)record->who);
    } else if (what != UP_TR_POSTED && what != UP_TR_GC && what != UP_TR_ANEW) {
        mp_printf(print, " %u", (unsigned)record->us);
    }
    if (what >= UP_TR_WOKEN && what != UP_TR_ENDED) {
        mp_printf(print, " %c%c", levels[record->level & 3], levels[record->level >> 2 & 3]);
    }
    if (what == UP_TR_WOKEN || what == UP_TR_CREATED || what == UP_TR_CANCELLED) {
        if (record->us < MP_ARRAY_SIZE(bys)) {
            mp_printf(print, " %s", bys[record->us]);
        } else {
            mp_printf(print, " %x", (unsigned)record->us);
        }
        if (what == UP_TR_CREATED) {
            up_trace_print_function(print, place);
        }
    } else if (what == UP_TR_ENDED) {
        mp_print_str(print, " ");
        if (mp_obj_is_str(place)) {
            mp_obj_print_helper(print, place, PRINT_REPR);
        } else {
            mp_print_str(print, "-");
        }
        up_trace_print_function(print, place);
    } else if (what == UP_TR_CALLED || what == UP_TR_RUN) {
        mp_printf(print, " %u %u", (unsigned)record->late, (unsigned)record->us);
        if (what == UP_TR_RUN) {
            mp_printf(print, " %s", states[record->what >> UP_TR_STATE_SHIFT]);
            if (record->of != MP_QSTRnull) {
                mp_printf(print, ":%q", (qstr)record->of);
            }
            up_trace_print_place(print, place, record->offset);
        } else if (place != mp_const_none) {
            up_trace_print_function(print, place);
        } else {
            mp_printf(print, " %q -", (qstr)record->of);
        }
    }
}

typedef struct _up_behind_t {
    up_entry_t *entry; // the first that was found behind `last`
    up_entry_t *last;
} up_behind_t;

static bool up_find_behind(up_entry_t *entry, void *arg) {
    up_behind_t *behind = arg;
    if (entry > behind->last && !(entry->flags & UP_TASK_DONE) && (behind->entry == NULL || entry < behind->entry)) {
        behind->entry = entry;
    }
    return false; // goes on
}

// Ends a line, and writes it.
static void up_trace_write(const mp_print_t *to, vstr_t *line) {
    vstr_add_byte(line, '\n');
    to->print_strn(to->data, line->buf, line->len);
    vstr_reset(line);
}

// Prints what a trace holds. It needs memory for a line. Who writes may run Python, and a line may begin a collection: tasks are
// searched for anew each time. `file`: a stream or None. OSError, TypeError, MemoryError.
void up_trace_dump(up_loop_t *loop, up_traced_t *traced, mp_obj_t file) {
    mp_print_t to = *MP_PYTHON_PRINTER;
    if (file != mp_const_none) {
        mp_get_stream_raise(file, MP_STREAM_OP_WRITE);
        to = (mp_print_t){ MP_OBJ_TO_PTR(file), mp_stream_write_adaptor };
    }
    static const char levels[] = "hnlo";
    vstr_t line;
    mp_print_t print;
    vstr_init_print(&line, 96, &print);
    mp_printf(&print, "@trace 1 now %u written %u lost %u posts_lost %u", (unsigned)up_now_us(loop), (unsigned)up_core_trace_written(&traced->ring), (unsigned)up_core_trace_lost(&traced->ring), (unsigned)traced->lost_posts);
    up_trace_write(&to, &line);
    up_behind_t behind = { NULL, NULL };
    while (up_search_heap(&up_task_type, up_find_behind, &behind), behind.entry != NULL) {
        up_task_t *task = (up_task_t *)behind.entry;
        mp_printf(&print, "@task %x %c ", (unsigned)up_trace_id(behind.entry), levels[UP_LEVEL(behind.entry)]);
        mp_obj_print_helper(&print, up_task_known_as(task), PRINT_REPR);
        up_trace_print_function(&print, up_trace_function(up_task_coro(task)));
        up_trace_write(&to, &line);
        behind = (up_behind_t){ NULL, behind.entry };
    }
    uint32_t n = 0;
    const up_record_t *record;
    while ((record = up_core_trace_nth(&traced->ring, n)) != NULL) {
        up_trace_print(&print, record);
        up_trace_write(&to, &line);
        ++n;
    }
    mp_printf(&print, "@end %u", (unsigned)n);
    up_trace_write(&to, &line);
}
#endif
