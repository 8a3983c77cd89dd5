// What shows what the loop does: statistics, steps that take long, a watchdog, a trace (trace.c).
//
// All of it is off at first. Then loop->sight is NULL, and up_passes() in run_loop.c does not look at it. While something is
// on, another copy of up_passes() runs, which says here when each pass begins and ends. What is noted of a task is in a record
// that hangs on the task's annex. So no task is kept alive by it, and a task without one takes no more memory than before.
#include "diagnostics.h"

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
#include <string.h>

#include "py/smallint.h"
#include "args.h"
#include "callbacks.h"
#include "clock.h"
#include "deadline.h"
#include "heap_search.h"
#include "loop_state.h"
#include "mail.h"
#include "posts.h"
#include "report.h"
#include "sight.h"
#include "task.h"
#include "threads.h"
#include "trace.h"
#include "where.h"

// What is noted of a task. It hangs on the task's annex.
typedef struct _up_seen_t {
    up_noted_t noted; // first
    up_count_t count;
    up_where_t from; // where its longest step began,
    up_where_t to; // and ended
    mp_obj_t reported; // a list of the places of slow steps that were reported, or MP_OBJ_NULL
} up_seen_t;

#if MICROPY_GC_ALLOC_THRESHOLD && !defined(MICROPY_ENABLE_DYNRUNTIME)
#define UP_HEAP_COUNT() MP_STATE_MEM(gc_alloc_amount)
#else
#define UP_HEAP_COUNT() (0)
#endif

// Something is to be seen, or not any more. What runs the passes is exchanged before the next one.
static up_sight_t *up_see(up_loop_t *loop, uint8_t what, bool on) {
    up_sight_t *sight = loop->sight;
    if (sight == NULL) {
        if (!on) {
            return NULL;
        }
        up_sight_t *made = m_new0(up_sight_t, 1);
        sight = loop->sight; // a finaliser may have switched something on
        if (sight == NULL) {
            sight = made;
            sight->last = up_now_us(loop);
        }
    }
    sight->sees = on ? sight->sees | what : sight->sees & ~what;
    loop->sight = sight->sees == 0 ? NULL : sight;
    if (loop->running && !loop->stopping) {
        loop->stopping = UP_STOPS_FOR_SIGHT;
    }
    return sight;
}

// It is no step of a task, or not yet. EXCEPTION: none.
void up_see_no_step(up_loop_t *loop) {
    up_sight_t *sight = loop->sight;
    sight->seen = NULL;
    sight->frame.coro = MP_OBJ_NULL;
    sight->called = MP_OBJ_NULL;
}

#if UP_TRACES
// A callback begins, or a time-out. EXCEPTION: none.
void up_see_call(up_loop_t *loop, up_entry_t *entry) {
    up_see_no_step(loop);
    if (entry->object == &up_callback_type) {
        loop->sight->called = entry->data;
    }
}

// What is pending runs, before the pass is known. Raises what that raises.
void up_see_pending(up_loop_t *loop) {
    mp_handle_pending(true);
    up_sight_t *sight = loop->sight;
    if (sight != NULL && sight->traced != NULL) {
        up_trace_outside(loop, sight, false);
    }
}

// Mail is taken in, before the pass is known. Raises what the exception handler raises.
void up_see_mail(up_loop_t *loop) {
    up_mail_read(loop, false);
    up_sight_t *sight = loop->sight;
    if (sight != NULL && sight->traced != NULL) {
        up_trace_outside(loop, sight, true);
    }
}
#endif

// A run begins, or goes on, after an exception if it `raised`.
void up_see_run(up_loop_t *loop, bool raised) {
    if (raised) {
        up_see_end(loop);
        return;
    }
    up_sight_t *sight = loop->sight;
    sight->last = up_now_us(loop);
#if UP_TRACES
    if (sight->sees & UP_SEES_TRACE) {
        up_trace_outside(loop, sight, false); // who was made before the run
    }
#endif
}

// What is noted of a task, which is made; NULL for want of memory. EXCEPTION: none.
static MP_NOINLINE up_seen_t *up_seen_make(up_task_t *task) {
    up_annex_t *annex = up_task_make_annex(task);
    if (annex == NULL) {
        return NULL;
    }
    if (annex->seen == NULL) {
        up_seen_t *made = m_new_obj_maybe(up_seen_t);
        if (annex->seen == NULL && made != NULL) { // else a finaliser made one
            memset(made, 0, sizeof(*made));
            annex->seen = &made->noted;
        }
    }
    return (up_seen_t *)annex->seen;
}

// A place in a file, as text, from where to where. None if it is not known.
static mp_obj_t up_place_text(up_where_t from, up_where_t to) {
    if (from.line == 0) {
        return mp_const_none;
    }
    vstr_t vstr;
    vstr_init(&vstr, 32);
    vstr_printf(&vstr, "%q:%u", (qstr)from.file, (unsigned)from.line);
    if (to.line != 0 && to.file == from.file && to.line != from.line) {
        vstr_printf(&vstr, "-%u", (unsigned)to.line);
    } else if (to.line != 0 && to.file != from.file) {
        vstr_printf(&vstr, "-%q:%u", (qstr)to.file, (unsigned)to.line);
    }
    return mp_obj_new_str_from_vstr(&vstr);
}

// Where a task is now.
static up_where_t up_where_is(up_task_t *task) {
    up_frame_t frame = { MP_OBJ_NULL, NULL };
    if (!(task->entry.flags & UP_TASK_DONE)) {
        up_frame_of(up_task_coro(task), &frame);
    }
    return up_where_of(&frame);
}

// What the handler is told of a slow step, a dict; MP_OBJ_NULL if it was told before of this task and place. MemoryError.
static mp_obj_t up_slow_context(up_sight_t *sight, up_task_t *task, uint32_t us) {
    up_where_t from = up_where_of(&sight->frame);
    mp_obj_t place = MP_OBJ_NEW_SMALL_INT((uint32_t)from.file << 13 ^ from.line);
    up_seen_t *seen = up_seen_make(task);
    if (seen != NULL) {
        if (seen->reported == MP_OBJ_NULL) {
            seen->reported = mp_obj_new_list(0, NULL);
        }
        size_t n;
        mp_obj_t *items;
        mp_obj_get_array(seen->reported, &n, &items);
        for (size_t i = 0; i < n; ++i) {
            if (items[i] == place) {
                return MP_OBJ_NULL;
            }
        }
    }
    mp_obj_t where = up_place_text(from, up_where_is(task));
    vstr_t vstr;
    vstr_init(&vstr, 48);
    vstr_printf(&vstr, "A step took %u ms", (unsigned)(us / 1000));
    if (where != mp_const_none) {
        vstr_printf(&vstr, ", resumed at %s", mp_obj_str_get_str(where));
    }
    mp_obj_t context = up_report_context(mp_obj_new_str_from_vstr(&vstr), task);
    mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_us), mp_obj_new_int_from_uint(us));
    mp_obj_dict_store(context, MP_OBJ_NEW_QSTR(MP_QSTR_where), where);
    if (seen != NULL) {
        mp_obj_list_append(seen->reported, place);
    }
    return context;
}

// Tells the handler of a slow step, once for each task and place. For want of memory it is told of a later one. Raises what the
// handler raises.
static void up_slow(up_loop_t *loop, up_sight_t *sight, up_task_t *task, uint32_t us) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        return; // MemoryError
    }
    mp_obj_t context = up_slow_context(sight, task, us);
    nlr_pop();
    if (context != MP_OBJ_NULL) {
        mp_call_function_2(MP_OBJ_FROM_PTR(&up_loop_call_exception_handler_obj), MP_OBJ_FROM_PTR(loop), context);
    }
}

// Feeds the watchdog, if it is time, and each level was served: an entry of it ran since, or none waits for so long.
static void up_feed(up_loop_t *loop, up_sight_t *sight, uint32_t level_ran) {
    uint32_t now = up_now(loop);
    sight->served[level_ran] = now; // UP_OWN: none
    if (now - sight->fed < sight->watch / 2) {
        return;
    }
    for (uint32_t level = UP_HIGH; level <= UP_LOW; ++level) {
        if (up_core_late(&loop->core, level, now) > sight->watch && now - sight->served[level] > sight->watch) {
            return;
        }
    }
    sight->fed = now;
    mp_obj_t method[2] = { sight->feed[0], sight->feed[1] };
    loop->doing = UP_DOING_CALLBACK; // what it raises is reported
    mp_call_method_n_kw(0, 0, method);
    loop->doing = UP_DOING_NOTHING;
}

// Which of `late` counts a step that began so late. EXCEPTION: none.
static inline uint32_t up_late_class(uint32_t ms) {
    return ms >= 1u << (UP_LATE - 2) ? UP_LATE - 1 : ms == 0 ? 0
                                                             : 32 - __builtin_clz(ms);
}

// A step was the longest of its task, or of a callback; so it may be that of its level. EXCEPTION: none.
static MP_NOINLINE void up_count_longest(up_sight_t *sight, up_seen_t *seen, uint32_t us) {
    up_count_t *level = &sight->levels[sight->core >> 6 & 3];
    if (us > level->longest) {
        level->longest = us;
    }
    if (us > sight->gap) {
        sight->gap = us;
    }
    if (seen != NULL && us >= seen->count.longest) {
        seen->count.longest = us;
        seen->from = up_where_of(&sight->frame);
        seen->to = up_where_is((up_task_t *)sight->entry);
    }
}

// A pass that ran nothing. EXCEPTION: none.
static MP_NOINLINE void up_count_other(up_sight_t *sight, uint32_t us) {
    if (sight->action == 0) {
        return;
    }
    ++sight->asked;
    if (sight->action >= UP_WAIT) {
        sight->idle += us;
        return;
    }
    sight->other += us;
    if (us > sight->gap) {
        sight->gap = us;
    }
}

// In a pass the collector ran. EXCEPTION: none.
static MP_NOINLINE void up_count_collection(up_sight_t *sight, uint32_t us) {
    // What was allocated in this pass before it is not known.
    sight->allocated += sight->heap - sight->heap_began;
    sight->heap_began = 0;
    ++sight->collections;
    if (us > sight->collecting) {
        sight->collecting = us;
    }
}

// Counts a step. EXCEPTION: none.
static inline __attribute__((always_inline)) void up_count_step(up_count_t *count, uint32_t us, uint32_t late) {
    ++count->late[late];
    count->us += us;
}

// Counts a step of a task of which nothing is noted yet, or what is no step of a task. EXCEPTION: none.
static MP_NOINLINE void up_count_unknown(up_sight_t *sight, uint32_t us, uint32_t late) {
    up_entry_t *entry = sight->entry;
    up_seen_t *seen = NULL;
    if (entry->object != &up_task_type) {
        ++sight->callbacks;
    } else if (!(entry->flags & UP_TASK_DONE)) { // else there is no more to be noted
        seen = up_seen_make((up_task_t *)entry);
        if (seen != NULL) {
            seen->noted.since = sight->began;
            up_count_step(&seen->count, us, late);
        }
    }
    up_count_longest(sight, seen, us);
}

// Counts a pass. EXCEPTION: none.
static inline __attribute__((always_inline)) void up_count_pass(up_sight_t *sight, uint32_t us) {
    size_t heap = UP_HEAP_COUNT();
    if (heap < sight->heap) {
        up_count_collection(sight, us);
    }
    sight->heap = heap;
    up_entry_t *entry = sight->entry;
    if (entry == NULL) {
        up_count_other(sight, us);
        return;
    }
    uint32_t late = sight->late == 0 ? 0 : up_late_class(sight->late);
    up_count_step(&sight->levels[sight->core >> 6 & 3], us, late);
    up_seen_t *seen = (up_seen_t *)sight->seen;
    if (seen == NULL) {
        up_count_unknown(sight, us, late);
        return;
    }
    seen->noted.since = sight->began;
    up_count_step(&seen->count, us, late);
    if (us > seen->count.longest) {
        up_count_longest(sight, seen, us);
    }
}

// A pass that took `us` goes into the trace and the statistics, as far as they are on. EXCEPTION: none.
static MP_NOINLINE void up_note_pass(up_loop_t *loop, up_sight_t *sight, uint32_t us) {
    (void)loop;
#if UP_TRACES
    if (sight->sees & UP_SEES_TRACE) {
        up_trace_pass(loop, sight, us);
    }
#endif
    if (sight->sees & UP_SEES_STATS) {
        up_count_pass(sight, us);
    }
}

// All that is on but for statistics alone.
static MP_NOINLINE void up_see_more(up_loop_t *loop, up_sight_t *sight, uint32_t us) {
    up_note_pass(loop, sight, us);
    up_entry_t *entry = sight->entry;
    bool slow = us > sight->slow && sight->sees & UP_SEES_SLOW && entry != NULL && entry->object == &up_task_type;
    uint32_t level = entry == NULL ? UP_OWN : sight->core >> 6 & 3;
    // What is called below may raise. Then the pass is not counted again.
    sight->entry = NULL;
    sight->action = 0;
    if (sight->sees & UP_SEES_WATCH) {
        up_feed(loop, sight, level);
    }
    if (slow) {
        up_slow(loop, sight, (up_task_t *)entry, us);
    }
}

// The pass is over, however it ended. Raises what the exception handler raises.
void up_see_end(up_loop_t *loop) {
    up_sight_t *sight = loop->sight;
    if (sight == NULL) {
        return; // it was switched off in this pass
    }
    uint32_t now = up_now_us(loop);
    uint32_t us = now - sight->last;
    sight->last = now;
    if (sight->sees == UP_SEES_STATS) {
        up_count_pass(sight, us);
#if UP_TRACES
    } else if (sight->sees == UP_SEES_TRACE) {
        up_trace_pass(loop, sight, us);
#endif
    } else {
        up_see_more(loop, sight, us);
    }
}

// The run is over. A pass that `raised` was not counted yet. What an exception ended is not called a slow step.
void up_see_run_over(up_loop_t *loop, bool raised) {
    up_sight_t *sight = loop->sight;
    if (sight == NULL || !raised) {
        return;
    }
    uint32_t now = up_now_us(loop);
    uint32_t us = now - sight->last;
    sight->last = now;
    up_note_pass(loop, sight, us);
}

// -- stats()

// A small int if it can be: what mp_obj_new_int_from_ull() makes is always on the heap.
static void up_store_int(mp_obj_t dict, qstr name, uint64_t value) {
    mp_obj_t number = value <= MP_SMALL_INT_MAX ? MP_OBJ_NEW_SMALL_INT((mp_int_t)value) : mp_obj_new_int_from_ull(value);
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(name), number);
}

static mp_obj_t up_late_tuple(const up_count_t *count) {
    mp_obj_t late[UP_LATE];
    for (size_t i = 0; i < UP_LATE; ++i) {
        late[i] = mp_obj_new_int_from_uint(count->late[i]);
    }
    return mp_obj_new_tuple(UP_LATE, late);
}

// EXCEPTION: none.
static uint32_t up_steps(const up_count_t *count) {
    uint32_t steps = 0;
    for (size_t i = 0; i < UP_LATE; ++i) {
        steps += count->late[i];
    }
    return steps;
}

static mp_obj_t up_count_dict(const up_count_t *count) {
    mp_obj_t dict = mp_obj_new_dict(7);
    up_store_int(dict, MP_QSTR_steps, up_steps(count));
    up_store_int(dict, MP_QSTR_us, count->us);
    up_store_int(dict, MP_QSTR_longest_us, count->longest);
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_late), up_late_tuple(count));
    return dict;
}

typedef struct _up_found_t {
    up_task_t **tasks; // room for so many
    size_t room;
    size_t n;
} up_found_t;

static bool up_forget_seen(up_entry_t *entry, void *arg) {
    (void)arg;
    up_annex_t *annex = up_task_annex((up_task_t *)entry);
    if (annex != NULL && annex->seen != NULL) {
        up_seen_t *seen = (up_seen_t *)annex->seen;
        seen->noted.since = 0;
        memset(&seen->count, 0, sizeof(seen->count));
    }
    return false; // goes on
}

static bool up_find_seen(up_entry_t *entry, void *arg) {
    up_found_t *found = arg;
    up_task_t *task = (up_task_t *)entry;
    up_annex_t *annex = up_task_annex(task);
    up_seen_t *seen = annex == NULL || task->entry.flags & UP_TASK_DONE ? NULL : (up_seen_t *)annex->seen;
    if (seen != NULL && up_steps(&seen->count) != 0) {
        if (found->n < found->room) {
            found->tasks[found->n] = task;
        }
        ++found->n;
    }
    return false; // goes on
}

// What was counted: a dict. There is no list of tasks: it searches the heap. MemoryError.
static mp_obj_t up_stats_dict(up_loop_t *loop, up_sight_t *sight) {
    up_found_t found = { NULL, 0, 0 };
    up_search_heap(&up_task_type, up_find_seen, &found);
    found.room = found.n;
    found.tasks = m_new0(up_task_t *, found.room);
    found.n = 0;
    up_search_heap(&up_task_type, up_find_seen, &found); // what a finaliser began meanwhile may find no room
    found.n = MIN(found.n, found.room);
    mp_obj_t tasks = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < found.n; ++i) {
        up_annex_t *annex = up_task_annex(found.tasks[i]);
        up_seen_t *seen = (up_seen_t *)annex->seen;
        mp_obj_t dict = up_count_dict(&seen->count);
        mp_obj_t name = *up_annex_name(annex);
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_task), MP_OBJ_FROM_PTR(found.tasks[i]));
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_name), name != mp_const_none ? name : MP_OBJ_NEW_QSTR(up_function_of(annex->coro)));
#if UP_DEADLINES
        up_deadline_t *deadline = up_annex_deadline(annex);
        if (deadline != NULL) {
            mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_misses), deadline->entry.data);
        }
#endif
        mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_where), up_place_text(seen->from, seen->to));
        mp_obj_list_append(tasks, dict);
    }
    mp_obj_t levels[3];
    uint64_t us = sight->idle + sight->other;
    uint32_t passes = sight->asked;
    for (size_t i = 0; i < 3; ++i) {
        levels[i] = up_count_dict(&sight->levels[i]);
        us += sight->levels[i].us;
        passes += up_steps(&sight->levels[i]);
    }
    mp_obj_t dict = mp_obj_new_dict(10);
    up_store_int(dict, MP_QSTR_us, us);
    up_store_int(dict, MP_QSTR_idle_us, sight->idle);
    up_store_int(dict, MP_QSTR_passes, passes);
    up_store_int(dict, MP_QSTR_callbacks, sight->callbacks);
    up_store_int(dict, MP_QSTR_gap_us, sight->gap);
#if MICROPY_GC_ALLOC_THRESHOLD && !defined(MICROPY_ENABLE_DYNRUNTIME)
    up_store_int(dict, MP_QSTR_allocated, (sight->allocated + sight->heap - sight->heap_began) * MICROPY_BYTES_PER_GC_BLOCK);
    up_store_int(dict, MP_QSTR_collections, sight->collections);
    up_store_int(dict, MP_QSTR_collecting_us, sight->collecting);
#endif
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_levels), mp_obj_new_tuple(3, levels));
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_tasks), tasks);
    return dict;
}

// stats(True): counts from now on, anew. stats(False): no more. stats(): what was counted, a dict; None if nothing is.
// MemoryError, and nothing is counted anew.
static mp_obj_t up_loop_stats(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = MP_OBJ_TO_PTR(a[0]);
    up_own(loop);
    if (n == 2) {
        bool on = mp_obj_is_true(a[1]);
        up_sight_t *sight = up_see(loop, UP_SEES_STATS, on);
        up_search_heap(&up_task_type, up_forget_seen, NULL);
        if (on) {
            memset(sight->levels, 0, offsetof(up_sight_t, slow) - offsetof(up_sight_t, levels));
            sight->heap = sight->heap_began = UP_HEAP_COUNT();
            sight->last = up_now_us(loop);
            // Not the step that says so.
#if UP_TRACES
            up_trace_keep(sight);
#endif
            sight->entry = NULL;
            sight->action = 0;
        }
        return mp_const_none;
    }
    if (loop->sight == NULL || !(loop->sight->sees & UP_SEES_STATS)) {
        return mp_const_none;
    }
    return up_stats_dict(loop, loop->sight);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_stats_obj, 1, 2, up_loop_stats);

// -- slow_step_ms, watch()

// loop.slow_step_ms: None, or how many ms a step may take without being reported.
mp_obj_t up_slow_step_ms(up_loop_t *loop) {
    up_sight_t *sight = up_load(&loop->sight); // once: another thread may ask
    if (sight == NULL || !(sight->sees & UP_SEES_SLOW)) {
        return mp_const_none;
    }
    return MP_OBJ_NEW_SMALL_INT(sight->slow / 1000);
}

// Sets it. TypeError, OverflowError, ValueError, MemoryError.
void up_set_slow_step_ms(up_loop_t *loop, mp_obj_t ms) {
    up_own(loop);
    if (ms == mp_const_none) {
        up_see(loop, UP_SEES_SLOW, false);
    } else {
        uint32_t limit = up_arg_range(ms, MP_QSTR_slow_step_ms, 1, 1000000);
        up_see(loop, UP_SEES_SLOW, true)->slow = limit * 1000;
    }
}

// watch(wdt, ms): calls wdt.feed() at least every ms / 2, while each level is served within `ms`. watch(None): no more.
// TypeError, AttributeError, ValueError, MemoryError.
static mp_obj_t up_loop_watch(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = MP_OBJ_TO_PTR(a[0]);
    up_own(loop);
    if (a[1] == mp_const_none) {
        up_see(loop, UP_SEES_WATCH, false);
        return mp_const_none;
    }
    mp_obj_t feed[2];
    mp_load_method(a[1], MP_QSTR_feed, feed);
    if (n < 3) {
        mp_raise_TypeError(MP_ERROR_TEXT("'ms' is missing"));
    }
    uint32_t ms = up_arg_range(a[2], MP_QSTR_ms, 2, 1000000);
    up_sight_t *sight = up_see(loop, UP_SEES_WATCH, true);
    sight->feed[0] = feed[0];
    sight->feed[1] = feed[1];
    sight->watch = ms;
    uint32_t now = up_now(loop);
    sight->fed = now - ms;
    for (size_t i = 0; i < 3; ++i) {
        sight->served[i] = now;
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_watch_obj, 2, 3, up_loop_watch);

// How long an idle wait may take, so that the watchdog is fed. EXCEPTION: none.
uint32_t up_see_wait(up_loop_t *loop, uint32_t ms) {
    up_sight_t *sight = loop->sight;
    return sight != NULL && sight->sees & UP_SEES_WATCH ? MIN(ms, sight->watch / 2) : ms;
}

#if UP_TRACES
// -- trace()

// trace(records): notes what happens from now on in a ring of so many records. trace(False) or trace(None): no more, and its memory
// is let go. trace(): how many records were written, also those that gave way to others; None if it is off.
// TypeError, ValueError, MemoryError, and all is as it was.
static mp_obj_t up_loop_trace(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = MP_OBJ_TO_PTR(a[0]);
    up_own(loop);
    if (n == 2 && (a[1] == mp_const_none || a[1] == mp_const_false)) {
        up_sight_t *sight = up_see(loop, UP_SEES_TRACE, false);
        up_trace_end(sight);
        return mp_const_none;
    }
    if (n == 2) {
        uint32_t records = up_arg_range(a[1], MP_QSTR_records, 16, 65535);
        up_traced_t *traced = up_trace_new(records);
        up_trace_begin(loop, up_see(loop, UP_SEES_TRACE, true), traced);
        return mp_const_none;
    }
    up_traced_t *traced = up_trace_of(loop->sight);
    return traced == NULL ? mp_const_none : mp_obj_new_int_from_uint(up_core_trace_written(&traced->ring));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_trace_obj, 1, 2, up_loop_trace);

// dump_trace(file=None): prints what the ring holds, the oldest record first, and who the tasks are, for tools/trace.py. A line at
// a time, to `file`, a stream, or where print() does. RuntimeError if there is no trace, OSError.
static mp_obj_t up_loop_dump_trace(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = MP_OBJ_TO_PTR(a[0]);
    up_own(loop);
    up_traced_t *traced = up_trace_of(loop->sight);
    if (traced == NULL) {
        up_raise_runtime(MP_ERROR_TEXT("nothing is traced: loop.trace(records) first"));
    }
    up_trace_dump(loop, traced, n == 2 ? a[1] : mp_const_none);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_dump_trace_obj, 1, 2, up_loop_dump_trace);
#endif
#endif
